import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { ChatWorld, messageIn, PHONE, sideways, write } from './chat-world.js';
import { faultsOf } from './page-faults.js';

/** Milliseconds: a whole browser on a busy machine. */
const PATIENCE = 120_000;

describeWhen('chromium', 'the chat in two browsers', (executablePath) => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await ChatWorld.start(executablePath);
  }, PATIENCE);
  afterEach(() => world.leave(), PATIENCE);
  afterAll(async () => {
    await world?.stop();
  }, PATIENCE);

  const groupOf = async (owner: string, title: string, members: readonly string[]): Promise<string> =>
    (await world.api<{ id: string }>(`/v1/conversations?as=${owner}`, { kind: 'group', title, members })).id;
  const scheduledOf = async (userId: string) =>
    (
      await world.api<{ data: { id: string; sendAt: string; state: string }[] }>(
        `/v1/scheduled-messages?as=${userId}`,
      )
    ).data;
  /** Without a mouse. */
  const press = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).focus();
    await page.keyboard.press('Enter');
  };
  const check = async (page: Page, what: string): Promise<void> =>
    expect({ what, faults: await faultsOf(page), sideways: await sideways(page) }).toEqual({
      what,
      faults: [],
      sideways: 0,
    });
  const focused = (page: Page): Promise<string> =>
    page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');

  it(
    'sends later what is written now, changed or called off until then',
    async () => {
      const id = await world.chatOf('ada', 'ben');
      const [here, there] = await Promise.all([world.open('ada', id), world.open('ben', id)]);
      await here.locator('textarea').fill('Hapy birthday');
      await press(here, 'Send later');
      await here.locator('#later-at:focus').waitFor();
      await check(here, 'send later');
      await here.locator('#later-at').fill('2020-01-01T09:00');
      await here.keyboard.press('Enter');
      expect(await here.locator('#later-at:invalid').count()).toBe(1);
      await press(here, 'Tomorrow morning');
      await here.locator('#later-told', { hasText: 'tomorrow at 09:00' }).waitFor();
      await here.locator('#later-at').focus();
      await here.keyboard.press('Enter');
      await here.locator('.scheduled-line', { hasText: '1 scheduled' }).waitFor();
      expect(await here.locator('.composer textarea').inputValue()).toBe('');
      const [planned] = await scheduledOf('ada');
      expect(new Date(planned!.sendAt).getHours()).toBe(9);

      await here.locator('.scheduled-line').click();
      await here.locator('.scheduled', { hasText: 'Hapy birthday' }).waitFor();
      await check(here, 'scheduled');
      await press(here, 'Edit…');
      await here.locator('#later-text').fill('Happy birthday');
      await here.locator('#later-at').focus();
      await here.keyboard.press('Enter');
      await here.locator('.scheduled', { hasText: 'Happy birthday' }).waitFor();
      await here.locator('dialog').waitFor({ state: 'detached' });
      expect(await focused(here)).toBe('Edit…');

      await write(here, 'Not yet');
      await messageIn(there, 'Not yet').waitFor();
      expect(await there.locator('.message').count()).toBe(1);
      const soon = new Date(Date.now() + 1_000).toISOString();
      await world.change('PATCH', `/v1/scheduled-messages/${planned!.id}?as=ada`, { sendAt: soon });
      for (const page of [here, there]) await messageIn(page, 'Happy birthday').waitFor();
      await here.locator('.panel', { hasText: 'Nothing is scheduled here.' }).waitFor();
      expect(await here.locator('.scheduled-line').count()).toBe(0);

      await here.locator('textarea').fill('Never');
      await press(here, 'Send later');
      await press(here, 'Schedule');
      await press(here, 'Call off…');
      await press(here, 'Call off');
      await here.locator('.panel', { hasText: 'Nothing is scheduled here.' }).waitFor();
      expect(await scheduledOf('ada')).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'says what became of what was not sent, and tries again',
    async () => {
      const id = await world.chatOf('cleo', 'dora');
      const page = await world.open('cleo', id);
      await page.locator('textarea').fill('Well?');
      await press(page, 'Send later');
      await press(page, 'Schedule');
      await page.locator('.scheduled-line', { hasText: '1 scheduled' }).waitFor();
      await world.change('POST', '/v1/blocks?as=dora', { userId: 'cleo' });
      const [planned] = await scheduledOf('cleo');
      const sendAt = new Date(Date.now() + 300).toISOString();
      await world.change('PATCH', `/v1/scheduled-messages/${planned!.id}?as=cleo`, { sendAt });
      await until(async () => (await scheduledOf('cleo'))[0]?.state === 'refused' || undefined);
      // Nobody tells of that: the page asks when the time that it knows of is over.
      await page.clock.setFixedTime(Date.now() + 2 * 86_400_000);
      await page.locator('.scheduled-line', { hasText: 'one was not sent' }).click();
      await page.locator('.scheduled', { hasText: 'Not sent: Nothing passes between these two.' }).waitFor();
      await press(page, 'Send another time…');
      await press(page, 'Save');
      await page.locator('.scheduled-line', { hasText: '1 scheduled' }).waitFor();
    },
    PATIENCE,
  );

  it(
    'blocks somebody, having said what that means, and takes it back',
    async () => {
      const id = await world.chatOf('eve', 'fay');
      const [here, there] = await Promise.all([
        world.open('eve', id, { viewport: PHONE }),
        world.open('fay', id),
      ]);
      await write(there, 'Before');
      await messageIn(here, 'Before').waitFor();
      await press(here, 'About this chat');
      await press(here, 'Block…');
      await here.locator('dialog', { hasText: 'neither can write' }).waitFor();
      expect(await focused(here)).toBe('Cancel');
      await check(here, 'block');
      // Who does not wait for the answer is told, too.
      const asked = new Promise<Route>((resolve) => void here.route('**/v1/blocks', resolve, { times: 1 }));
      await press(here, 'Block');
      const route = await asked;
      await here.locator('dialog').press('Escape');
      await here.locator('dialog').waitFor({ state: 'detached' });
      await route.fulfill({ status: 503, body: JSON.stringify({ detail: 'Not now.' }) });
      await here.locator('.notice', { hasText: 'Not now.' }).waitFor();
      await press(here, 'Dismiss');
      await press(here, 'Block…');
      await press(here, 'Block');
      await here.locator('.panel', { hasText: 'You have blocked fay.' }).waitFor();
      await here.keyboard.press('Escape');
      await here.locator('.cut', { hasText: 'You have blocked fay.' }).waitFor();
      expect(await here.locator('.composer').count()).toBe(0);
      await check(here, 'blocked');
      await write(there, 'Are you there?');
      await there.locator('.refused', { hasText: 'Nothing passes between these two.' }).waitFor();
      // It is the same after a reload.
      await here.reload();
      await press(here, 'Unblock fay');
      await here.locator('.composer').waitFor();
      await press(there, 'Send again');
      await messageIn(here, 'Are you there?').waitFor();
    },
    PATIENCE,
  );

  it(
    'calls for no attention from what is mute, unless it mentions its user',
    async () => {
      const id = await groupOf('gus', 'Crowd', ['hal']);
      const other = await world.chatOf('gus', 'ida');
      const [page, phone] = await Promise.all([
        world.open('gus', id),
        world.open('gus', undefined, { viewport: PHONE }),
      ]);
      await press(page, 'About this chat');
      await press(page, 'Mute: For a week');
      await phone.locator(`a[href="#${id}"]`, { hasText: '(mute)' }).waitFor();
      await page.locator('.panel', { hasText: /Mute until \w+ \d+ \w+ at/ }).waitFor();
      expect(await focused(page)).toBe('Unmute');
      await page.locator(`a[href="#${other}"]`).click();
      await world.say(id, 'hal', 'Hello all');
      await page.locator(`a[href="#${id}"] .badge.quiet`, { hasText: '1 unread' }).waitFor();
      expect(await page.title()).toBe('Chat · Posthorn');
      const said = { text: 'Hello @gus', mentions: ['gus'] };
      await world.api(`/v1/conversations/${id}/messages?as=hal`, said);
      await page.locator(`a[href="#${id}"] .badge:not(.quiet)`, { hasText: '2 unread' }).waitFor();
      expect(await page.title()).toBe('(1) Chat · Posthorn');
      await page.locator(`a[href="#${id}"]`).click();
      await page.locator('.heading', { hasText: '(mute)' }).waitFor();
      await press(page, 'Unmute');
      await page.locator('.panel', { hasText: 'It is not mute.' }).waitFor();
    },
    PATIENCE,
  );

  it(
    'shows who is what, and offers what that allows: now, and after it has changed',
    async () => {
      const id = await groupOf('joe', 'Plans', ['kim', 'leo']);
      const [owner, member] = await Promise.all([
        world.open('joe', id),
        world.open('kim', id, { viewport: PHONE, colorScheme: 'dark' }),
      ]);
      for (const page of [owner, member]) await press(page, 'About this chat');
      const person = (page: Page, userId: string) => page.locator(`[data-user="${userId}"]`);
      await person(member, 'joe').locator('.role', { hasText: 'Owner' }).waitFor();
      const offers = (page: Page, name: string): Promise<number> =>
        page.getByRole('button', { name }).count();
      const offered = async (page: Page) => [await offers(page, 'Rename…'), await offers(page, 'Add')];
      expect([await offered(owner), await offered(member)]).toEqual([
        [1, 1],
        [0, 0],
      ]);
      await press(member, 'What to do about leo');
      expect(await person(member, 'leo').locator('.action').allInnerTexts()).toEqual([
        'Write to them',
        'Block…',
      ]);

      await press(owner, 'What to do about kim');
      await press(owner, 'Make admin');
      await person(owner, 'kim').locator('.role', { hasText: 'Admin' }).waitFor();
      await member.locator('.panel', { hasText: 'You are an admin here' }).waitFor();
      await member.locator('.person-actions', { hasText: 'Take out…' }).waitFor();
      await check(member, 'about');
      await press(member, 'Rename…');
      await member.locator('#new-title').fill('Great plans');
      await member.keyboard.press('Enter');
      for (const page of [owner, member])
        await page.locator('.panel .large-name', { hasText: 'Great plans' }).waitFor();
      // The others hear of it before who did it has the answer that closes the dialog.
      await member.locator('dialog').waitFor({ state: 'detached' });
      await press(member, 'Take out…');
      await press(member, 'Take out');
      for (const page of [owner, member]) await person(page, 'leo').waitFor({ state: 'detached' });
      expect(await focused(member)).toBe('About this chat');

      await member.locator('#add-people').fill('näh, leo');
      await press(member, 'Add');
      await member.locator('.add-people [role=alert]', { hasText: 'cannot be the ids of users' }).waitFor();
      await member.locator('#add-people').fill('leo');
      await press(member, 'Add');
      await person(owner, 'leo').waitFor();
      await check(owner, 'about');
    },
    PATIENCE,
  );

  it(
    'shows in words what the server refuses meanwhile, leaves, and is taken out',
    async () => {
      const id = await groupOf('mia', 'Club', ['ned', 'oli']);
      await world.change('PATCH', `/v1/conversations/${id}/members/ned?as=mia`, { role: 'admin' });
      const [ned, mia] = await Promise.all([world.open('ned', id), world.open('mia', id)]);
      for (const page of [ned, mia]) await press(page, 'About this chat');
      await ned.getByRole('button', { name: 'Add' }).waitFor();
      await world.change('POST', '/v1/blocks?as=pat', { userId: 'ned' });
      await ned.locator('#add-people').fill('pat');
      await press(ned, 'Add');
      await ned
        .locator('.add-people [role=alert]', { hasText: 'Nothing passes between these two.' })
        .waitFor();

      await press(mia, 'Leave…');
      await mia.locator('dialog', { hasText: 'You are its only owner' }).waitFor();
      await press(mia, 'Leave');
      await mia.locator('.pane', { hasText: 'No conversation is open' }).waitFor();
      expect(await mia.locator('.notice').count()).toBe(0);
      await ned.locator('.panel', { hasText: 'You own it' }).waitFor();

      const oli = await world.open('oli', id);
      await press(ned, 'What to do about oli');
      await press(ned, 'Take out…');
      await press(ned, 'Take out');
      await oli.locator('.notice', { hasText: 'You are not in this conversation any more.' }).waitFor();
      await oli.locator('.chats', { hasText: 'No chats yet.' }).waitFor();
    },
    PATIENCE,
  );

  it(
    'is a few stops of the Tab key, however many chats and messages there are, and each dialog leads back',
    async () => {
      const id = await groupOf('quin', 'Links', ['ray']);
      for (let nth = 0; nth < 15; nth++) {
        await world.chatOf('quin', `friend-${nth}`);
        await world.say(id, 'ray', `https://example.com/${nth}`);
      }
      const page = await world.open('quin', id);
      await messageIn(page, 'https://example.com/14').waitFor();
      await page.locator('.chats [aria-label="New chat"]').focus();
      const stops: string[] = [];
      while (!/^Message to/.test(stops.at(-1) ?? '') && stops.length < 30) {
        await page.keyboard.press('Tab');
        stops.push((await focused(page)).replace(/\d\d:\d\d/, 'then'));
      }
      expect(stops).toEqual([
        expect.stringContaining('Links'),
        'Sign out',
        'Search this chat',
        'Pinned messages',
        'About this chat',
        'ray, then: https://example.com/14',
        'https://example.com/14',
        'What to do with it',
        'Attach files',
        'Message to Links',
      ]);
      await page.locator('.chat-row:focus, .chat-row[tabindex="0"]').focus();
      await page.keyboard.press('End');
      expect(await focused(page)).toContain('friend-0');
      for (const [opens, closes] of [
        ['New chat', 'Cancel'],
        ['Send later', 'Cancel'],
        ['About this chat', 'Close'],
      ] as const) {
        await press(page, opens);
        await press(page, closes);
        expect(await focused(page)).toBe(opens);
      }
      await page.locator('.message[data-seq="3"]').focus();
      await page.keyboard.press('Enter');
      await press(page, 'React: heart');
      await page.locator('.message[data-seq="3"] .reactions').waitFor();
      expect(await focused(page)).toMatch(/^ray, .*example.com\/2$/);
    },
    PATIENCE,
  );

  it('has nothing to complain of under its policy', () => {
    expect(world.complaints).toEqual([]);
  });
});
