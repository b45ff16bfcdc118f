import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWhen } from '#test/support/system-packages.js';
import { ChatWorld, messageIn, write } from './chat-world.js';

/** Milliseconds: a whole browser on a busy machine. */
const PATIENCE = 120_000;
/** Conversations that a client follows by itself. */
const FOLLOWED = 1_000;
/** Opened at once. */
const AT_ONCE = 8;

describeWhen('chromium', 'the chat on the devices of one user', (executablePath) => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await ChatWorld.start(executablePath);
  }, PATIENCE);
  afterEach(() => world.leave(), PATIENCE);
  afterAll(async () => {
    await world?.stop();
  }, PATIENCE);

  it(
    'is live, too, in the oldest of more than a thousand conversations, opened by a link',
    async () => {
      const oldest = await world.chatOf('ann', 'bob');
      await world.say(oldest, 'bob', 'Long ago');
      for (let made = 0; made < FOLLOWED; made += AT_ONCE)
        await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => world.chatOf('ann', `no-${made + n}`)));
      const page = await world.open('ann');
      await page
        .locator('.chats li')
        .nth(FOLLOWED - 1)
        .waitFor();
      expect(await page.locator(`a[href="#${oldest}"]`).count()).toBe(0);
      await world.goTo(page, oldest);
      await messageIn(page, 'Long ago').waitFor();
      await world.say(oldest, 'bob', 'Still here?');
      await messageIn(page, 'Still here?').waitFor();
      await write(page, 'Always');
      await messageIn(page, 'Always').waitFor();
      expect(await page.locator('.message').count()).toBe(3);
      expect(world.complaints).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'says on one what was blocked, scheduled and called off on the other, as it happens',
    async () => {
      const id = await world.chatOf('cat', 'dan');
      const [here, there] = await Promise.all([world.open('cat', id), world.open('cat', id)]);
      const blocked = (page: Page) => page.getByRole('button', { name: 'Unblock' });
      await world.change('POST', '/v1/blocks?as=cat', { userId: 'dan' });
      for (const page of [here, there]) await blocked(page).waitFor();
      await world.change('DELETE', '/v1/blocks/dan?as=cat');
      for (const page of [here, there]) await blocked(page).waitFor({ state: 'detached' });

      const sendAt = new Date(Date.now() + 3_600_000).toISOString();
      const wish = { text: 'Happy birthday', sendAt };
      const path = `/v1/conversations/${id}/scheduled-messages?as=cat`;
      const { id: scheduled } = await world.api<{ id: string }>(path, wish);
      for (const page of [here, there])
        await page.locator('.scheduled-line', { hasText: '1 scheduled' }).waitFor();
      await world.change('DELETE', `/v1/scheduled-messages/${scheduled}?as=cat`);
      for (const page of [here, there]) await page.locator('.scheduled-line').waitFor({ state: 'detached' });
      expect(world.complaints).toEqual([]);
    },
    PATIENCE,
  );
});
