import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { ChatWorld, DESKTOP, messageIn, PHONE, sideways, write } from './chat-world.js';
import { faultsOf } from './page-faults.js';

/** Milliseconds: a whole browser on a busy machine. */
const PATIENCE = 120_000;

describeWhen('chromium', 'the chat in two browsers', (executablePath) => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await ChatWorld.start(executablePath);
  }, PATIENCE);
  afterAll(async () => {
    await world?.stop();
  }, PATIENCE);

  const two = async (one: string, other: string): Promise<{ id: string; here: Page; there: Page }> => {
    const id = await world.chatOf(one, other);
    const [here, there] = await Promise.all([world.open(one, id), world.open(other, id)]);
    return { id, here, there };
  };

  it(
    'shows who types, what they say, and that it has been read',
    async () => {
      const { here, there } = await two('ada', 'ben');
      await here.locator('.heading .about', { hasText: 'online' }).waitFor();
      await here.locator('textarea').pressSequentially('Hello');
      await there.locator('.typing-line', { hasText: 'ada is typing…' }).waitFor();
      await here.keyboard.press('Enter');
      await messageIn(there, 'Hello').waitFor();
      await there.locator('.typing-line:not(:has(bdi))').waitFor();
      await messageIn(here, 'Hello').locator('.ticks[data-progress=read]').waitFor();
      await write(there, 'Hello yourself');
      await messageIn(here, 'Hello yourself').waitFor();
      expect(await here.locator('.message').allInnerTexts()).toHaveLength(2);
    },
    PATIENCE,
  );

  it(
    'counts what is unread until it is opened, and on the user’s other devices too',
    async () => {
      const id = await world.chatOf('cleo', 'dora');
      const [list, other, dora] = await Promise.all([
        world.open('cleo'),
        world.open('cleo', undefined, { viewport: PHONE }),
        world.open('dora', id),
      ]);
      await write(dora, 'One');
      await write(dora, 'Two');
      for (const page of [list, other]) await page.locator('.badge', { hasText: '2 unread' }).waitFor();
      expect(await list.title()).toBe('(2) Chat · Posthorn');
      await messageIn(dora, 'Two').locator('.ticks[data-progress=delivered]').waitFor();
      await list.locator('.chat-row').click();
      await list.locator('.divider.new').waitFor();
      await messageIn(dora, 'Two').locator('.ticks[data-progress=read]').waitFor();
      for (const page of [list, other]) await page.locator('.badge').waitFor({ state: 'detached' });
    },
    PATIENCE,
  );

  it(
    'delivers once what was written, and what was changed, while the server was away',
    async () => {
      const { id, here, there } = await two('eve', 'fay');
      await write(here, 'Before');
      await messageIn(there, 'Before').waitFor();
      await world.stopServer();
      await here.locator('.chats .link-line', { hasText: 'No connection' }).waitFor();
      await write(here, 'Meanwhile');
      await here.locator('.echo[data-progress=sending]', { hasText: 'Meanwhile' }).waitFor();
      await here.keyboard.press('ArrowUp');
      await write(here, 'Before noon');
      await messageIn(here, 'Before noon').locator('.ticks[data-progress=sending]').waitFor();
      await messageIn(there, 'Before').locator('.more').click();
      await there.locator('.actions').getByRole('button', { name: 'React: heart' }).click();
      await messageIn(there, 'Before').locator('.reactions', { hasText: '❤️ 1' }).waitFor();
      await world.startServer();
      await messageIn(there, 'Meanwhile').waitFor();
      await messageIn(here, 'Meanwhile').locator('.ticks:not([data-progress=sending])').waitFor();
      await messageIn(there, 'Before noon').locator('.foot', { hasText: 'edited' }).waitFor();
      await messageIn(here, 'Before noon').locator('.reactions', { hasText: '❤️ 1' }).waitFor();
      for (const page of [here, there])
        await page.locator('.message .ticks[data-progress=sending]').waitFor({ state: 'detached' });
      await write(there, 'After');
      await messageIn(here, 'After').waitFor();
      for (const page of [here, there])
        expect(await page.locator('.message .text').allInnerTexts()).toEqual([
          'Before noon',
          'Meanwhile',
          'After',
        ]);
      expect(await world.said(id, 'eve')).toEqual(['Before noon', 'Meanwhile', 'After']);
    },
    PATIENCE,
  );

  it(
    'sends a picture and shows it',
    async () => {
      const { here, there } = await two('gus', 'hal');
      const buffer = await here.screenshot();
      const picture = { name: 'view.png', mimeType: 'image/png', buffer };
      const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Some notes') };
      await here.locator('input[type=file]').setInputFiles([picture, notes]);
      await here.locator('.picked img').waitFor();
      await until(async () => (await here.locator('.picked .hint').count()) === 2 || undefined);
      await write(here, 'The view');
      const shown = messageIn(there, 'The view').locator('.picture img');
      await until(
        async () =>
          (await shown.evaluate((image: { naturalWidth: number }) => image.naturalWidth)) >= 320 || undefined,
      );
      expect(await shown.getAttribute('src')).toMatch(/^blob:/);
      expect(await here.locator('.picked').count()).toBe(0);
      await messageIn(there, 'The view').locator('.picture').click();
      await there.locator('dialog img').waitFor();
      await there.keyboard.press('Escape');
      const [download] = await Promise.all([
        there.waitForEvent('download'),
        messageIn(there, 'The view').locator('.file').click(),
      ]);
      expect(download.suggestedFilename()).toBe('notes.txt');
    },
    PATIENCE,
  );

  it(
    'changes what was said: edited, reacted to, pinned, answered, deleted',
    async () => {
      const { here, there } = await two('ida', 'joe');
      await write(here, 'Tusday');
      const said = messageIn(here, 'Tusday');
      await said.locator('.ticks:not([data-progress=sending])').waitFor();
      await here.keyboard.press('ArrowUp');
      await write(here, 'Tuesday');
      await messageIn(there, 'Tuesday').locator('.foot', { hasText: 'edited' }).waitFor();

      const act = async (page: Page, text: string, name: string): Promise<void> => {
        await messageIn(page, text).hover();
        await messageIn(page, text).locator('.more').click();
        await page.locator('.actions').getByRole('button', { name }).click();
      };
      await act(there, 'Tuesday', 'React: thumbs up');
      await messageIn(here, 'Tuesday').locator('.reactions', { hasText: '👍 1' }).waitFor();
      await act(there, 'Tuesday', 'Pin');
      await here.getByRole('button', { name: 'Pinned messages (1)' }).click();
      await here.locator('.panel .found', { hasText: 'Tuesday' }).waitFor();
      await act(there, 'Tuesday', 'Reply');
      await write(there, 'Fine');
      await messageIn(here, 'Fine').locator('.quote', { hasText: 'Tuesday' }).waitFor();

      await act(here, 'Fine', 'Reply');
      await here.keyboard.press('Escape');
      const first = here.locator('.message[data-seq="1"]');
      await first.hover();
      await first.locator('.more').click();
      await here.locator('.actions').getByRole('button', { name: 'Delete…' }).click();
      await here.locator('dialog').getByRole('button', { name: 'Delete' }).click();
      await there.locator('.message[data-seq="1"]', { hasText: 'Message deleted' }).waitFor();
      await here.locator('.panel', { hasText: 'Nothing is pinned here.' }).waitFor();
    },
    PATIENCE,
  );

  describe('with a long talk', () => {
    let id: string;
    beforeAll(async () => {
      id = await world.chatOf('kim', 'leo');
      for (let nth = 1; nth <= 130; nth++)
        await world.say(id, nth % 2 ? 'kim' : 'leo', `Line ${nth} ${WORDS[nth % 3]}`);
      await world.api(`/v1/conversations/${id}/receipts?as=kim`, { readSeq: 130 });
    }, PATIENCE);

    it(
      'loads what is older as one scrolls up, without a hole and without a jump',
      async () => {
        const page = await world.open('kim', id);
        await messageIn(page, 'Line 130').waitFor();
        expect(await page.locator('.message').count()).toBe(50);
        await until(async () => {
          await page.locator('.messages').evaluate((box: { scrollTop: number }) => void (box.scrollTop = 0));
          return (await page.locator('.message[data-seq="1"]').count()) === 1 || undefined;
        });
        const order = await orderIn(page);
        expect(order).toEqual(Array.from({ length: 130 }, (_, at) => at + 1));
      },
      PATIENCE,
    );

    it(
      'finds words, marks them, and shows where they were said',
      async () => {
        const page = await world.open('kim', id);
        await page.getByRole('button', { name: 'Search this chat' }).click();
        await page.locator('#q').fill('"line 7" harbour');
        await page.keyboard.press('Enter');
        await page.locator('.found li').waitFor();
        expect(await page.locator('.found mark').allInnerTexts()).toEqual(['Line 7', 'harbour']);
        await page.locator('.found button').click();
        await page.locator('.message.target', { hasText: 'Line 7 harbour' }).waitFor();
        const order = await orderIn(page);
        expect(order).toEqual(Array.from({ length: order.length }, (_, at) => at + 1));
        await page.getByRole('button', { name: 'To the newest' }).click();
        await messageIn(page, 'Line 130').waitFor();
      },
      PATIENCE,
    );
  });

  it(
    'can be used without a mouse',
    async () => {
      const id = await world.chatOf('mia', 'ned');
      await world.say(id, 'ned', 'Shall we?');
      const page = await world.open('mia');
      const focused = (): Promise<string> =>
        page.evaluate(
          'document.activeElement.getAttribute("aria-label") ?? document.activeElement.className',
        );
      const press = async (key: string, name: RegExp): Promise<void> => {
        for (let nth = 0; nth < 20; nth++) {
          await page.keyboard.press(key);
          if (name.test(await focused())) return;
        }
        throw new Error(`${key} does not lead to ${String(name)}`);
      };
      await press('Tab', /^chat-row$/);
      await page.keyboard.press('Enter');
      await page.locator('textarea:focus').waitFor();
      await messageIn(page, 'Shall we?').waitFor();
      await press('Shift+Tab', /^ned, /);
      await page.keyboard.press('Enter');
      await page.locator('.actions button:focus').waitFor();
      await press('Tab', /^action$/);
      await page.keyboard.press('Enter');
      await page.locator('.intent', { hasText: 'Reply to ned' }).waitFor();
      await page.keyboard.type('Yes');
      await page.keyboard.press('Shift+Enter');
      await page.keyboard.type('we shall');
      await page.keyboard.press('Enter');
      await page.locator('.quote', { hasText: 'Shall we?' }).waitFor();
      expect(await world.said(id, 'mia')).toEqual(['Shall we?', 'Yes\nwe shall']);
      // Read out by a screen reader, once.
      await world.say(id, 'ned', 'Then come');
      await page
        .locator('[role=log][aria-live=polite]', { hasText: 'ned: Then come' })
        .waitFor({ state: 'attached' });
    },
    PATIENCE,
  );

  it(
    'shows hostile text as text',
    async () => {
      const id = await world.chatOf('oli', 'pat');
      for (const text of HOSTILE) await world.say(id, 'pat', text);
      const page = await world.open('oli', id, { viewport: PHONE });
      const file = {
        name: 'javascript:alert(1)\u202egnp.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('x'),
      };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.locator('.picked .hint').waitFor();
      await page.locator('.send').click();
      const card = page.locator('.message .file');
      await card.waitFor();
      expect(await card.innerText()).not.toContain('\u202e');
      expect(await page.locator('.message img, .message script, .message iframe').count()).toBe(0);
      expect(await page.evaluate('window.ran')).toBeUndefined();
      expect(
        await page
          .locator('.message a')
          .evaluateAll((all: { href: string }[]) => all.map(({ href }) => href)),
      ).toEqual(['https://example.com/a?b=']);
      // It turns round nothing outside itself: the time stands where it stands in others.
      const isolated = messageIn(page, 'esrever').locator('.text');
      expect(await isolated.evaluate(bidiOf)).toMatch(/isolate|plaintext/);
      await page.getByRole('button', { name: 'Show all of it' }).click();
      expect(await sideways(page)).toBe(0);
    },
    PATIENCE,
  );

  it.each([
    ['light', PHONE],
    ['dark', DESKTOP],
  ] as const)(
    'names everything, can be read and fits: %s, %j',
    async (colorScheme, viewport) => {
      const id = await world.chatOf('quin', 'ray');
      if ((await world.said(id, 'quin')).length === 0) await fill(world, id);
      const signIn = await world.open('quin', undefined, { viewport, colorScheme });
      const check = async (page: Page, what: string): Promise<void> =>
        expect({ what, faults: await faultsOf(page), sideways: await sideways(page) }).toEqual({
          what,
          faults: [],
          sideways: 0,
        });
      await check(signIn, 'list');
      await signIn.getByRole('button', { name: 'New chat' }).click();
      await check(signIn, 'new chat');
      await signIn.keyboard.press('Escape');
      await signIn.getByRole('button', { name: 'Sign out' }).click();
      await check(signIn, 'sign in');
      const page = await world.open('quin', id, { viewport, colorScheme });
      await page.locator('.message[data-seq="1"]').waitFor();
      await check(page, 'conversation');
      await page.locator('.message[data-seq="1"]').hover();
      await page.locator('.message[data-seq="1"]').locator('.more').click();
      await check(page, 'actions');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Search this chat' }).click();
      await page.locator('#q').fill('good');
      await page.keyboard.press('Enter');
      await page.locator('.found mark').first().waitFor();
      await check(page, 'search');
    },
    PATIENCE,
  );

  it(
    'asks for another token when this one is not taken',
    async () => {
      const id = await world.chatOf('sam', 'tom');
      const page = await world.open('sam', id);
      expect(page.url()).not.toContain('token');
      const [header = '', claims = ''] = (await world.tokenOf('sam')).split('.');
      await page.evaluate(`location.hash = 'token=${header}.${claims}.${'x'.repeat(43)}'`);
      await page.locator('.sign-in .warning', { hasText: 'sam' }).waitFor();
      await page.locator('#token').fill('no token');
      await page.keyboard.press('Enter');
      await page.locator('.warning', { hasText: 'This is no token of a user' }).waitFor();
      await page.locator('#token').fill(await world.tokenOf('sam'));
      await page.keyboard.press('Enter');
      await page.locator('.chat-row').waitFor();
    },
    PATIENCE,
  );

  it(
    'would be found out: nameless, unreadable, too small, leading nowhere',
    async () => {
      const page = await world.blank();
      await page.setContent(FAULTY);
      const kinds = (await faultsOf(page)).map((fault) => fault.replace(/ \(.*?\)|:.*/gs, ''));
      expect(kinds).toEqual([
        'has no name',
        'has no alt',
        'for leads nowhere',
        'there are 0 main',
        'is no item of its list',
        'is too small to hit',
        'is hard to read',
      ]);
      expect(await sideways(page)).toBeGreaterThan(0);
    },
    PATIENCE,
  );

  it('has nothing to complain of under its policy', () => {
    expect(world.complaints).toEqual([]);
  });
});

function orderIn(page: Page): Promise<number[]> {
  return page
    .locator('.message')
    .evaluateAll((all: { dataset: Record<string, string> }[]) =>
      all.map(({ dataset }) => Number(dataset['seq'])),
    );
}

/** Runs in the page. */
function bidiOf(element: unknown): string {
  const view = globalThis as unknown as { getComputedStyle(of: unknown): { unicodeBidi: string } };
  return view.getComputedStyle(element).unicodeBidi;
}

const WORDS = ['station', 'harbour', 'market'];

/** What the checks above look for, once each; the second paragraph can be read. */
const FAULTY = `<!doctype html><html lang="en"><title>Faulty</title><body style="background: #fff; width: 200vw">
<button style="width: 10px; padding: 0"></button><img src="data:,"><label for="none">Label</label>
<ul><div>Item</div></ul><p style="color: #888">Grey</p><p style="color: #666">Dark grey</p>`;

const HOSTILE = [
  '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script><iframe srcdoc="<script>parent.ran = 1</script>">',
  '\u202eesrever \u2066 and more \u202e',
  'w'.repeat(10_000),
  'javascript:window.ran=1 [x](javascript:window.ran=1) https://example.com/a?b=<b> data:text/html,<script>ran=1</script>',
  '\u0007 {{constructor.constructor("window.ran = 1")()}} ${window.ran=1}',
  `${'Z\u0310\u0311\u0312'.repeat(50)}`,
];

async function fill(world: ChatWorld, id: string): Promise<void> {
  const { id: first } = await world.say(id, 'ray', 'Good morning! See https://example.com/x');
  await world.say(id, 'quin', 'A good day to you');
  await world.api(`/v1/conversations/${id}/messages?as=quin`, { text: 'It is', replyTo: first });
  await world.api(`/v1/conversations/${id}/messages/${first}/reactions?as=quin`, { emoji: '👍', on: true });
  await world.api(`/v1/conversations/${id}/pins?as=quin`, { messageId: first });
}
