import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { ChatClient, type ChatOptions } from './chat-client.js';
import type { ChatEvents } from './chat-events.js';
import { socketIoTransport } from './socket-io-transport.js';
import { MemoryStore } from './store.js';
import { ChatServer } from './testing/chat-server.js';
import { DrivenTiming } from './testing/driven-timing.js';
import type { Transport } from './transport.js';
import { webSocketTransport } from './web-socket-transport.js';

const CNV = 'cnv_a';
const HOUR_MS = 3_600_000;

/** Unsigned: only the server would check. */
function tokenOf(userId: string, expiresAt: number): string {
  const claims = { sub: userId, exp: Math.floor(expiresAt / 1000) };
  return `${userId}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${expiresAt}`;
}

const TRANSPORTS: Record<string, (port: number, timing: DrivenTiming) => Transport> = {
  'socket.io': (port) => socketIoTransport({ io, url: `http://127.0.0.1:${port}` }),
  'the frames of API Gateway': (port, timing) =>
    webSocketTransport({ url: `ws://127.0.0.1:${port}/prod`, timing, random: () => 0 }),
};

let server: ChatServer;
let timing: DrivenTiming;
let clients: ChatClient[];

beforeEach(async () => {
  server = await ChatServer.start();
  timing = new DrivenTiming();
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.stop();
  await server.stop();
});

function clientOf(userId: string, transport: Transport, more: Partial<ChatOptions> = {}): ChatClient {
  const token = (): string => tokenOf(userId, timing.now() + HOUR_MS);
  const client = new ChatClient({ transport, token, timing, random: () => 0, ...more });
  clients.push(client);
  return client;
}

function next<Name extends keyof ChatEvents>(
  client: ChatClient,
  name: Name,
  matches: (data: ChatEvents[Name]) => boolean = () => true,
): Promise<ChatEvents[Name]> {
  return new Promise((resolve) => {
    const off = client.on(name, (data) => {
      if (!matches(data)) return;
      off();
      resolve(data);
    });
  });
}

/** Started, following and told everything; with no timer that is due at once left. */
async function chatting(client: ChatClient): Promise<ChatClient> {
  const caughtUp = next(client, 'link', ({ status }) => status === 'caught_up');
  client.follow(CNV);
  await client.start();
  timing.advance(0);
  await caughtUp;
  return client;
}

describe.each(Object.entries(TRANSPORTS))('A client over %s', (_, transportTo) => {
  const connect = (): Transport => transportTo(server.port, timing);

  it('hears what others say, and its own, in their places', async () => {
    const anna = await chatting(clientOf('anna', connect()));
    const ben = await chatting(clientOf('ben', connect()));
    const heard = next(ben, 'message');
    const sent = next(anna, 'sent');
    const id = anna.send(CNV, 'Hello');
    expect(await heard).toMatchObject({ seq: 1, senderId: 'anna', text: 'Hello', clientMessageId: id });
    expect(await sent).toMatchObject({ seq: 1, clientMessageId: id });
    await server.until(() => server.framesOf('receipt.delivered').length === 1);
  });

  it('is told after a cut what it missed, and sends what it said meanwhile, once', async () => {
    const anna = await chatting(clientOf('anna', connect()));
    anna.send(CNV, 'one');
    await next(anna, 'message');
    const waiting = next(anna, 'link', ({ status }) => status === 'waiting');
    for (const client of server.clients) client.drop();
    await waiting;
    anna.send(CNV, 'two');
    server.model.append('ben', { conversationId: CNV, clientMessageId: 'b', text: 'Are you there?' });
    const both = [
      next(anna, 'message', ({ seq }) => seq === 2),
      next(anna, 'message', ({ seq }) => seq === 3),
    ];
    timing.advance(0);
    expect((await Promise.all(both)).map(({ text }) => text)).toEqual(['Are you there?', 'two']);
  });

  it('sends again what was stored but not acknowledged, after a reload too', async () => {
    const store = new MemoryStore();
    let isCut = false;
    server.intercept = ({ action }, client) => {
      if (action !== 'message.send' || isCut) return undefined;
      isCut = true;
      server.model.append('anna', { conversationId: CNV, clientMessageId: 'id-1', text: 'one' });
      client.drop();
      return 'silence';
    };
    const before = await chatting(clientOf('anna', connect(), { store, newId: () => 'id-1' }));
    const waiting = next(before, 'link', ({ status }) => status === 'waiting');
    before.send(CNV, 'one');
    await waiting;
    before.stop();
    const after = clientOf('anna', connect(), { store });
    const sent = next(after, 'sent');
    await after.start();
    timing.advance(0);
    expect(await sent).toMatchObject({ clientMessageId: 'id-1', seq: 1 });
    expect(server.model.log(CNV)).toHaveLength(1);
    expect([...(await store.load()).keys()]).toEqual([`at:${CNV}`]);
  });

  it('makes again, after a reload too, what was made but not acknowledged, in the order of making, once', async () => {
    const store = new MemoryStore();
    let isCut = false;
    server.intercept = ({ action, data }, client) => {
      if (action !== 'message.edit' || isCut) return undefined;
      isCut = true;
      server.model.change('anna', data);
      client.drop();
      return 'silence';
    };
    const before = await chatting(clientOf('anna', connect(), { store }));
    const waiting = next(before, 'link', ({ status }) => status === 'waiting');
    const clientMessageId = before.send(CNV, 'one');
    const names = [before.edit(CNV, { clientMessageId }, 'uno')];
    await waiting;
    names.push(before.edit(CNV, { clientMessageId }, 'due'), before.react(CNV, { clientMessageId }, '👍'));
    before.stop();
    expect([...(await store.load()).keys()].filter((key) => key.startsWith('change:'))).toHaveLength(3);
    const after = clientOf('anna', connect(), { store });
    const shown: string[] = [];
    const made: string[] = [];
    after.on('changing', (change) => shown.push(change.clientChangeId));
    after.on('change_made', (change) => made.push(change.clientChangeId));
    const all = next(after, 'change_made', (change) => change.clientChangeId === names[2]);
    await after.start();
    timing.advance(0);
    await all;
    expect([shown, made]).toEqual([names, names]);
    expect(server.model.log(CNV)).toMatchObject([{ text: 'due', rev: 3, reactions: { '👍': ['anna'] } }]);
    expect([...(await store.load()).keys()]).toEqual([`at:${CNV}`]);
  });

  it('tells what change was refused, and goes on', async () => {
    server.model.append('ben', { conversationId: CNV, clientMessageId: 'b', text: 'Mine' });
    const anna = await chatting(clientOf('anna', connect()));
    const refused = next(anna, 'change_refused');
    const made = next(anna, 'change_made');
    anna.edit(CNV, 'msg_cnv_a_1', 'Yours');
    anna.react(CNV, 'msg_cnv_a_1', '👍');
    expect(await refused).toMatchObject({ change: { text: 'Yours' }, error: { code: 'forbidden' } });
    expect(await made).toMatchObject({ emoji: '👍' });
  });

  it('is answered what it calls, or why not', async () => {
    const anna = await chatting(clientOf('anna', connect()));
    const data = { conversationId: CNV, messageId: 'msg_1', on: true };
    expect(await anna.call('message.pin', data)).toEqual({ asked: data });
    server.intercept = () => ({ ok: false, error: { code: 'forbidden', detail: 'Not here.' } });
    await expect(anna.call('message.pin', data)).rejects.toMatchObject({
      code: 'forbidden',
      message: 'Not here.',
    });
  });

  it('refuses itself what no frame takes, and goes on', async () => {
    const anna = await chatting(clientOf('anna', connect()));
    const refused = next(anna, 'refused');
    const sent = next(anna, 'sent');
    anna.send(CNV, 'é'.repeat(65_536));
    anna.send(CNV, 'short');
    expect((await refused).error.code).toBe('message_too_large');
    expect((await sent).seq).toBe(1);
    expect(server.tokens).toHaveLength(1);
  });

  it('passes on what is typed, seen and said in a room', async () => {
    const anna = await chatting(clientOf('anna', connect()));
    const typing = next(anna, 'typing');
    const presence = next(anna, 'presence');
    const room = next(anna, 'room');
    server.tellAll('typing', { conversationId: CNV, userId: 'ben', on: true });
    server.tellAll('presence.updated', { userId: 'ben', online: true });
    server.tellAll('room.event', { conversationId: CNV, from: 'ben', event: 'stroke', data: [1, 2] });
    expect(await Promise.all([typing, presence, room])).toMatchObject([
      { on: true },
      { online: true },
      { data: [1, 2] },
    ]);
    anna.typing(CNV, true);
    anna.broadcast(CNV, 'stroke', [3]);
    await server.until(() => server.framesOf('room.broadcast').length === 1);
    expect(server.framesOf('typing').map(({ data }) => data)).toEqual([{ conversationId: CNV, on: true }]);
  });

  it('gives the server a new token on the connection that it has', async () => {
    const minutes = 4 * 60_000;
    const token = (): string => tokenOf('anna', timing.now() + minutes);
    await chatting(clientOf('anna', connect(), { token }));
    timing.advance(minutes - 24_000);
    await server.until(() => server.framesOf('token.refresh').length === 1);
    expect(server.framesOf('token.refresh')[0]?.data).toEqual({
      token: token(),
    });
    expect(server.tokens).toHaveLength(1);
  });

  it('asks for another token when one is refused, until three were', async () => {
    server.refuse = () => 'unauthenticated';
    let asked = 0;
    const client = clientOf('anna', connect(), { token: () => `anna.${++asked}` });
    const waits = [1, 2].map((tries) =>
      next(client, 'link', ({ status }) => status === 'waiting' && server.tokens.length === tries),
    );
    const ended = next(client, 'link', ({ status }) => status === 'ended');
    await client.start();
    for (const wait of waits) {
      timing.advance(0);
      await wait;
    }
    timing.advance(0);
    await ended;
    expect(server.tokens).toEqual(['anna.1', 'anna.2', 'anna.3']);
  });

  it('leaves when it is advised to, and is back after the delay', async () => {
    const anna = await chatting(clientOf('anna', connect()));
    const waiting = next(anna, 'link', ({ status }) => status === 'waiting');
    server.tellAll('reconnect', { delayMs: 5000 });
    expect(await waiting).toMatchObject({ forMs: 5000, code: 'advised' });
    await server.until(() => server.clients.size === 0);
    const back = next(anna, 'link', ({ status }) => status === 'caught_up');
    timing.advance(4999);
    expect(server.tokens).toHaveLength(1);
    timing.advance(1);
    await back;
  });

  it.each([
    [4403, 'ended'],
    [4503, 'waiting'],
    [4000, 'waiting'],
    [4401, 'waiting'],
  ])('closed with %i is %s', async (code, status) => {
    const anna = await chatting(clientOf('anna', connect()));
    const over = next(anna, 'link', (link) => link.status === 'ended' || link.status === 'waiting');
    for (const client of server.clients) client.drop(code);
    expect(await over).toMatchObject({ status, code: String(code) });
  });
});

describe('A connection of API Gateway', () => {
  const transport = (): Transport => TRANSPORTS['the frames of API Gateway']!(server.port, timing);

  it('is given up for a new one before two hours are over', async () => {
    const anna = await chatting(clientOf('anna', transport(), { token: () => 'anna' }));
    server.intercept = ({ action }) =>
      action === 'ping' ? { ok: false, error: { code: 'x', detail: '' } } : undefined;
    const waiting = next(anna, 'link', ({ status }) => status === 'waiting');
    // Each ping is answered before time goes on.
    for (let pings = 1; pings <= 22; pings++) {
      timing.advance(5 * 60_000);
      await server.until(() => server.framesOf('ping').length === pings);
      await anna.call('conversation.open', {});
    }
    timing.advance(4 * 60_000);
    expect(server.tokens).toHaveLength(1);
    timing.advance(60_000);
    expect(await waiting).toMatchObject({ code: 'aged' });
    timing.advance(0);
    await server.until(() => server.tokens.length === 2);
  });

  it('is spared a frame that it would end for', async () => {
    const anna = await chatting(clientOf('anna', transport()));
    const refused = next(anna, 'refused');
    const sent = next(anna, 'sent');
    anna.send(CNV, 'é'.repeat(16_384));
    anna.send(CNV, 'é'.repeat(16_200));
    expect((await refused).error.code).toBe('message_too_large');
    expect((await sent).seq).toBe(1);
    expect(server.tokens).toHaveLength(1);
  });

  it('that is silent after a ping is given up', async () => {
    const anna = await chatting(clientOf('anna', transport(), { token: () => 'anna' }));
    server.intercept = () => 'silence';
    const waiting = next(anna, 'link', ({ status }) => status === 'waiting');
    timing.advance(5 * 60_000);
    await server.until(() => server.framesOf('ping').length === 1);
    timing.advance(15_000);
    expect(await waiting).toMatchObject({ code: 'ping_timeout' });
  });
});
