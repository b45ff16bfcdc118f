import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import { InboxSocketServer, KEY } from './testing/inbox-socket-server.js';
import { RawWebSocket } from './testing/raw-websocket.js';

interface State {
  readonly counts: object;
  readonly items: readonly { readonly id: string }[];
}

describe('the inbox over sockets', () => {
  let server: InboxSocketServer;
  beforeEach(async () => {
    server = await InboxSocketServer.start();
  });
  afterEach(async () => {
    await server.close();
    expect(server.clock.waiting).toBe(0);
  });

  it('shows the newest that were not seen, and how much asks for attention', async () => {
    const items: InboxItem[] = [];
    for (let i = 0; i < 25; i++) items.push(await server.put());
    await server.put({ state: 'seen' });
    await server.put({ userId: 'ben' });
    const tab = server.tab(await server.tokenOf('anna'));
    const { counts, items: shown } = await tab.next<State & Record<string, unknown>>('inbox:state');
    expect(counts).toEqual({ unseen: 25, unread: 26 });
    expect(shown.map(({ id }) => id)).toEqual(
      items
        .slice(5)
        .map(({ id }) => id)
        .reverse(),
    );
    expect(shown[0]).toMatchObject({ title: 'Your receipt', state: 'unseen', url: null });
    expect(shown[0]).not.toHaveProperty('workspaceId');
  });

  it.each(['websocket', 'polling'] as const)(
    'pushes what is put, once it is stored, by %s',
    async (transport) => {
      const tab = server.tab(await server.tokenOf('anna'), transport);
      await tab.next('inbox:state');
      const item = await server.put({ url: 'https://acme.example/1' });
      const told = await tab.next('inbox:item');
      expect(told).toMatchObject({ id: item.id, url: 'https://acme.example/1', state: 'unseen' });
      expect(await server.inbox.find(acme, item.id)).toEqual(item);
    },
  );

  it('pushes to every tab of the user, in the order of putting', async () => {
    const tabs = [await server.open(), await server.open()];
    const items = [await server.put(), await server.put(), await server.put()];
    for (const tab of tabs)
      for (const { id } of items) expect(await tab.next('inbox:item')).toMatchObject({ id });
  });

  it('tells nobody else: not another user, not one of the same name elsewhere', async () => {
    const [anna, ben, theirs] = [
      await server.open(),
      await server.open('ben'),
      await server.open('anna', rival),
    ];
    const forAnna = await server.put();
    const forBen = await server.put({ userId: 'ben' });
    const forTheirs = await server.put({ workspaceId: rival });
    // What is pushed is pushed in order: had a tab been told of the others' before, that would have come first.
    expect(await theirs.next('inbox:item')).toMatchObject({ id: forTheirs.id });
    expect(await ben.next('inbox:item')).toMatchObject({ id: forBen.id });
    expect(await anna.next('inbox:item')).toMatchObject({ id: forAnna.id });
    const last = await server.put();
    expect(await anna.next('inbox:item')).toMatchObject({ id: last.id });
  });

  it('shows what came while the client was away when it comes back', async () => {
    const tab = await server.open();
    tab.client.disconnect();
    const missed = await server.put();
    tab.client.connect();
    expect((await tab.next<State & Record<string, unknown>>('inbox:state')).items).toMatchObject([
      { id: missed.id },
    ]);
    const next = await server.put();
    expect(await tab.next('inbox:item')).toMatchObject({ id: next.id });
  });

  it('moves an item on when the user says so, and answers with what is stored', async () => {
    const item = await server.put();
    const tab = await server.open();
    const say = (event: string, what: unknown): Promise<unknown> => tab.client.emitWithAck(event, what);
    expect(await say('inbox:seen', { id: item.id })).toMatchObject({
      ok: true,
      item: { id: item.id, state: 'seen' },
      counts: { unseen: 0, unread: 1 },
    });
    expect(await say('inbox:read', { id: item.id })).toMatchObject({
      ok: true,
      item: { state: 'read' },
      counts: { unseen: 0, unread: 0 },
    });
    expect(await say('inbox:seen', { id: item.id })).toMatchObject({ ok: true, item: { state: 'read' } });
    expect(await say('inbox:archive', { id: item.id })).toMatchObject({ item: { state: 'archived' } });
    expect(await server.inbox.find(acme, item.id)).toMatchObject({ state: 'archived' });
  });

  it('tells every tab of the user of a step, with what asks for attention now, whoever took it', async () => {
    const [one, other] = [await server.put(), await server.put()];
    const [tab, second, bens] = [await server.open(), await server.open(), await server.open('ben')];
    await tab.client.emitWithAck('inbox:seen', { id: one.id });
    for (const told of [tab, second])
      expect(await told.next('inbox:step')).toMatchObject({
        item: { id: one.id, state: 'seen' },
        counts: { unseen: 1, unread: 2 },
      });
    // Taken elsewhere: by REST, or in another process.
    await server.inbox.save({ ...other, state: 'archived', archivedAt: 5 });
    for (const told of [tab, second])
      expect(await told.next('inbox:step')).toMatchObject({
        item: { id: other.id, state: 'archived' },
        counts: { unseen: 0, unread: 1 },
      });
    const forBen = await server.put({ userId: 'ben' });
    expect(await bens.next('inbox:item')).toMatchObject({ id: forBen.id });
    expect(bens.has('inbox:step')).toBe(false);
  });

  it('says nothing of a step that was none', async () => {
    const item = await server.put({ state: 'read' });
    const tab = await server.open();
    await tab.client.emitWithAck('inbox:seen', { id: item.id });
    const next = await server.put();
    expect(await tab.next('inbox:item')).toMatchObject({ id: next.id });
    expect(tab.has('inbox:step')).toBe(false);
  });

  it('lets nobody touch an item of somebody else', async () => {
    const [bens, theirs] = [await server.put({ userId: 'ben' }), await server.put({ workspaceId: rival })];
    const tab = await server.open();
    for (const id of [bens.id, theirs.id, 'inb_nothing'])
      expect(await tab.client.emitWithAck('inbox:read', { id })).toEqual({
        ok: false,
        error: { code: 'not_found', detail: 'No such inbox item.' },
      });
    expect(await server.inbox.find(acme, bens.id)).toEqual(bens);
    expect(await server.inbox.find(rival, theirs.id)).toEqual(theirs);
  });

  it.each([undefined, null, 7, 'inb_1', {}, { id: 7 }, { id: { $ne: null } }, { id: 'x'.repeat(65) }, []])(
    'refuses to move %j',
    async (what) => {
      const tab = await server.open();
      expect(await tab.client.emitWithAck('inbox:read', what)).toMatchObject({
        ok: false,
        error: { code: 'validation_failed' },
      });
      // Without anybody who waits for the answer too.
      tab.client.emit('inbox:read', what);
      expect(await tab.client.emitWithAck('inbox:read', { id: 'inb_1' })).toMatchObject({ ok: false });
    },
  );

  it('answers only so many questions at once', async () => {
    const { id } = await server.put();
    const tab = await server.open();
    const answers = (await Promise.all(
      Array.from({ length: 100 }, () => tab.client.emitWithAck('inbox:read', { id })),
    )) as { ok: boolean; error?: { code: string } }[];
    expect(answers.some(({ ok }) => ok)).toBe(true);
    expect(answers.every(({ ok, error }) => ok || error?.code === 'rate_limited')).toBe(true);
  });

  it('finds what it was not told of within seconds', async () => {
    const deaf = Object.assign(new MemoryInbox(), { onChanged: () => () => {} });
    const other = await InboxSocketServer.start({ inbox: deaf });
    const tab = await other.open();
    const item = await other.put();
    await other.clock.advance(3_000);
    expect(await tab.next('inbox:item')).toMatchObject({ id: item.id });
    await other.close();
  });

  it('goes on where it was after the storage failed for a while', async () => {
    let broken = false;
    const inbox = new MemoryInbox();
    const changesSince = inbox.changesSince.bind(inbox);
    inbox.changesSince = (...args) =>
      broken ? Promise.reject(new Error('The disk is gone.')) : changesSince(...args);
    const other = await InboxSocketServer.start({ inbox });
    const tab = await other.open();
    broken = true;
    const items = [await other.put(), await other.put()];
    await other.clock.advance(0);
    expect(other.log.complaints).toContain('inbox.unreadable');
    broken = false;
    await other.clock.advance(3_000);
    for (const { id } of items) expect(await tab.next('inbox:item')).toMatchObject({ id });
    await other.close();
  });

  it('closes the connection when the token expires', async () => {
    const tab = server.tab(await server.tokenOf('anna', acme, 60_000));
    await tab.next('inbox:state');
    await server.clock.advance(59_999);
    const item = await server.put();
    expect(await tab.next('inbox:item')).toMatchObject({ id: item.id });
    await server.clock.advance(1);
    expect(await tab.next('disconnect')).toBe('io server disconnect');
  });

  it('serves REST beside it as before, and upgrades nothing else', async () => {
    await server.open();
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/socket.io.js`)).status).toBe(404);
    const upgrade = { headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' } };
    const status = await new Promise((resolve, reject) =>
      request(`${server.url}/health/live`, upgrade, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end(),
    );
    expect(status).toBe(200);
  });

  it('stops though tabs are open, on both transports, and one that does not read', async () => {
    const other = await InboxSocketServer.start();
    const tabs = [await other.open(), other.tab(await other.tokenOf('anna'), 'polling')];
    await tabs[1]?.next('inbox:state');
    const raw = new RawWebSocket(other.port);
    await raw.hear('"sid"');
    raw.socket.pause();
    await other.stop();
    for (const tab of tabs) expect(await tab.next('disconnect')).toMatch(/^transport (close|error)$/);
    raw.socket.resume();
    await raw.closed;
    expect(other.clock.waiting).toBe(0);
  });

  describe('to a client that shows', () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = (header: object, change: object = {}, key: Uint8Array = KEY): string => {
      const exp = server.clock.now() / 1000 + 600;
      const text = `${part(header)}.${part({ sub: 'anna', workspace: acme, aud: 'posthorn', exp, ...change })}`;
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    };

    it.each<[string, () => unknown]>([
      ['no token', () => undefined],
      ['a number', () => 7],
      ['an object', () => ({ $ne: null })],
      ['a forged token', () => signed({ alg: 'HS256' }, {}, new Uint8Array(32))],
      ['an expired one', () => signed({ alg: 'HS256' }, { exp: server.clock.now() / 1000 })],
      ['one for another audience', () => signed({ alg: 'HS256' }, { aud: 'other' })],
      ['one of alg none', () => `${signed({ alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
      ['one of alg RS256', () => signed({ alg: 'RS256' })],
    ])('%s: refuses it, the same to all, and hangs up', async (_what, token) => {
      await server.put();
      const tab = server.tab(token());
      expect(await tab.next('connect_error')).toMatchObject({
        message: 'unauthenticated',
        data: { code: 'unauthenticated', detail: 'Send a valid user token as `auth.token`.' },
      });
      await new Promise((resolve) => {
        if (tab.client.io.engine.readyState === 'closed') resolve(undefined);
        else tab.client.io.engine.on('close', resolve);
      });
      expect(tab.client.connected).toBe(false);
    });

    it('a good one, for another namespace: there is none', async () => {
      const tab = server.tab(await server.tokenOf('anna'), 'websocket', '/');
      expect(await tab.next('connect_error')).toMatchObject({ message: 'not_found' });
      const elsewhere = server.tab(await server.tokenOf('anna'), 'websocket', '/admin');
      expect(await elsewhere.next('connect_error')).toMatchObject({ message: 'Invalid namespace' });
    });
  });
});
