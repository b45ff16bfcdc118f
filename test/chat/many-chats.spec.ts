import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { io } from 'socket.io-client';
import { GatewayChatServer } from '#adapters/apigateway/testing/gateway-chat-server.js';
import { ChatSocketServer } from '#adapters/socketio/testing/chat-socket-server.js';
import { ChatClient } from '#client/chat-client.js';
import { socketIoTransport } from '#client/socket-io-transport.js';
import type { Transport } from '#client/transport.js';
import { webSocketTransport } from '#client/web-socket-transport.js';
import { aConversation, append, type ChatStores } from '#ports/chat/testing/chat-stores.js';
import type { TransportUnderTest } from '#ports/chat/testing/transport-conformance.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';

/** On a machine that may be busy with others. */
const PATIENCE_MS = 120_000;
jest.setTimeout(PATIENCE_MS);
/** Some pages of them. */
const MANY = 200;

/** Each with the way in of the client library. */
const SERVERS: Readonly<Record<string, () => Promise<[TransportUnderTest, Transport]>>> = {
  'socket.io': async () => {
    const server = await ChatSocketServer.start();
    return [server, socketIoTransport({ io: io as never, url: `http://127.0.0.1:${server.port}` })];
  },
  'API Gateway': async () => {
    const server = await GatewayChatServer.start();
    return [server, webSocketTransport({ url: server.gateway.url })];
  },
};

describe.each(Object.entries(SERVERS))(
  'A client of somebody in hundreds of conversations, over %s',
  (_, start) => {
    let server: TransportUnderTest;
    let client: ChatClient;
    afterEach(async () => {
      client.stop();
      await server.close();
    });

    it('is shown all of them, and how far the others are, and hears of the oldest; and after a drop what it missed', async () => {
      const [served, transport] = await start();
      server = served;
      const stores = { ...server.stores, log: server.stores.messages } as unknown as ChatStores;
      const ids: string[] = [];
      for (let i = 0; i < MANY; i++) {
        const of = await aConversation().with('anna', 'ben').openedIn(stores);
        await append(stores, of, { text: 'x'.repeat(400), senderId: 'ben' });
        ids.push(of.id);
      }
      client = new ChatClient({ transport, token: () => served.tokenOf('anna') });
      const heard: string[] = [];
      const read = new Set<string>();
      let listed: readonly unknown[] = [];
      client.on('chats', (chats) => (listed = chats.map(({ id }) => id)));
      client.on('receipt', ({ conversationId, userId, readSeq }) => {
        if (userId === 'ben' && readSeq === 1) read.add(conversationId);
      });
      const linked = (): Promise<void> =>
        new Promise((resolve) => {
          const off = client.on('link', ({ status }) => {
            if (status === 'caught_up') resolve(off());
          });
        });
      const hears = (text: string): Promise<void> =>
        new Promise((resolve) => {
          const off = client.on('message', (message) => {
            heard.push(message.text);
            if (message.text === text) resolve(off());
          });
        });
      client.followAll();
      const caughtUp = linked();
      await client.start();
      await caughtUp;
      expect(listed).toEqual(ids.toReversed());
      expect(read.size).toBe(MANY);
      const [oldest = ''] = ids;
      const first = hears('first');
      const ben = await server.connect('ben');
      const say = (text: string): Promise<unknown> =>
        ben.send('message.send', { conversationId: oldest, clientMessageId: text, text });
      await say('first');
      await first;
      client.stop();
      await say('missed');
      const missed = hears('missed');
      await client.start();
      await missed;
      expect(heard).toEqual(['first', 'missed']);
      expect(await server.stores.conversations.find(acme, oldest)).toMatchObject({ seq: 3 });
    });
  },
);
