import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { io } from 'socket.io-client';
import { CLOSE_CODES, isTerminal } from '#adapters/chat-frames/close-codes.js';
import { MOST_QUEUED } from '#adapters/socketio/outgoing-queue.js';
import { ChatSocketServer } from '#adapters/socketio/testing/chat-socket-server.js';
import { RawWebSocket } from '#adapters/socketio/testing/raw-websocket.js';
import { ChatClient } from '#client/chat-client.js';
import { socketIoTransport } from '#client/socket-io-transport.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { JitterProxy } from '#test/support/jitter-proxy.js';
import { Watched } from './watched-client.js';

const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

/** Of a text. The kernels between two ends hold some megabytes of these. */
const LARGE = 20_000;
const GIVEN_UP = 'chat.connection_closed';

describe('a client that does not read', () => {
  let server: ChatSocketServer;
  let proxy: JitterProxy;
  let said: number;
  let clients: ChatClient[];
  let id: string;
  beforeEach(async () => {
    server = await ChatSocketServer.start();
    proxy = await JitterProxy.start(server.port);
    said = 0;
    clients = [];
    const anna = { workspaceId: acme, userId: 'anna' };
    const members = ['ben', 'cleo'];
    const { conversation } = await server.chat.open(anna, { kind: 'group', title: 'Talk', members });
    ({ id } = conversation);
  });
  afterEach(async () => {
    for (const client of clients) client.stop();
    await proxy.close();
    await server.close();
  });

  const say = async (text: string): Promise<void> => {
    const message = { conversationId: id, clientMessageId: `c${++said}`, text };
    await server.chat.send({ workspaceId: acme, userId: 'anna' }, message);
    // The transport takes what it takes.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const following = (userId: string, port: number): Promise<Watched> => {
    const transport = socketIoTransport({ io, url: `http://127.0.0.1:${port}` });
    const token = (): Promise<string> => server.tokenOf(userId);
    const client = new ChatClient({ transport, token, random: () => 0.1 });
    clients.push(client);
    return new Watched(client, userId).following(id);
  };
  const isGivenUp = (): boolean => server.log.complaints.includes(GIVEN_UP);

  it('is given up with a code to come again, costs a bounded number of bytes, and goes on by seq', async () => {
    const ben = await following('ben', proxy.port);
    const cleo = await following('cleo', server.port);
    proxy.strike('stall');
    const text = 'x'.repeat(LARGE);
    let most = 0;
    while (!isGivenUp() && said < 3_000) {
      await say(text);
      most = Math.max(most, server.held);
    }
    const given = server.log.entries.filter(({ event }) => event === GIVEN_UP);
    expect(given.map(({ fields }) => fields['why'])).toEqual(['slow_reader']);
    expect(CLOSE_CODES.slow_reader).toBeLessThan(4100);
    expect(isTerminal('slow_reader')).toBe(false);
    // One batch of the transport; what waits behind it is as much again at most, and is thrown away.
    expect(most).toBeLessThan(1.1 * MOST_QUEUED);
    await server.pass(2_000);
    const seqs = Array.from({ length: said }, (_, n) => n + 1);
    await cleo.hearsUpTo(id, said);
    expect(cleo.of(id).map(({ seq }) => seq)).toEqual(seqs);
    expect(ben.of(id)).toEqual([]);
    proxy.calm();
    await ben.hearsUpTo(id, said);
    expect(ben.of(id).map(({ seq }) => seq)).toEqual(seqs);
    expect(server.held).toBeLessThan(MOST_QUEUED);
  });

  it('is given up when it asks and asks, and takes no answer', async () => {
    await say('x'.repeat(LARGE));
    const raw = new RawWebSocket(server.port);
    await raw.hear('"sid"');
    raw.send(`40/chat,{"token":"${await server.tokenOf('ben')}"}`);
    await raw.hear('40/chat');
    raw.socket.pause();
    let most = 0;
    for (let asked = 0; asked < 10_000 && !isGivenUp(); asked++) {
      raw.send(`42/chat,${asked}["resume"]`);
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, server.held);
    }
    expect(isGivenUp()).toBe(true);
    expect(most).toBeLessThan(1.1 * MOST_QUEUED);
    expect(server.stores.live.isConnected(acme, 'ben')).toBe(false);
    await server.pass(2_000);
    raw.socket.resume();
    await raw.closed;
  });

  it('is not given up for what passes, and takes what is durable before that', async () => {
    const ben = await server.connect('ben');
    await ben.send('resume');
    const socket = Reflect.get(ben.client.io.engine.transport, 'ws') as { pause(): void; resume(): void };
    socket.pause();
    const stroke = 'x'.repeat(16_000);
    const STROKES = 2_000;
    let most = 0;
    for (let n = 0; n < STROKES; n++) {
      await server.chat.broadcast({ workspaceId: acme, userId: 'anna' }, id, 'stroke', stroke);
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, server.held);
    }
    expect(most).toBeLessThan(1.1 * MOST_QUEUED);
    for (const text of ['one', 'two', 'three']) await say(text);
    expect(server.log.complaints).toEqual([]);
    socket.resume();
    const heard: unknown[] = [];
    while (heard.length < 3) heard.push((await ben.next('message.created')).data.text);
    expect(heard).toEqual(['one', 'two', 'three']);
    const strokes = ben.heard.filter(({ event }) => event === 'room.event').length;
    expect(strokes).toBeGreaterThan(0);
    expect(strokes).toBeLessThan(STROKES);
  });
});
