import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeOwnDevices } from '#ports/chat/testing/own-devices-conformance.js';
import { describeTransport } from '#ports/chat/testing/transport-conformance.js';
import { anInboxItem } from '#ports/communication/testing/communication-stores.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import { ChatSocketServer } from './testing/chat-socket-server.js';
import { RawWebSocket } from './testing/raw-websocket.js';

describeTransport('socket.io', () => ChatSocketServer.start());
describeOwnDevices('socket.io', () => ChatSocketServer.start());

describe('the sockets of the chat', () => {
  let server: ChatSocketServer;
  beforeEach(async () => {
    server = await ChatSocketServer.start();
  });
  afterEach(() => server.close());

  it('give up a client that does not read, throw away what waits for it, and cost the others nothing', async () => {
    const anna = await server.connect('anna');
    const opened = await anna.send('conversation.open', { kind: 'group', title: 'Talk', members: ['ben'] });
    const { id } = opened.data?.conversation as { id: string };
    const raw = new RawWebSocket(server.port);
    await raw.hear('"sid"');
    raw.send(`40/chat,{"token":"${await server.tokenOf('ben')}"}`);
    await raw.hear('40/chat');
    raw.send('42/chat,0["resume"]');
    await raw.hear('43/chat,0');
    raw.socket.pause();
    const text = 'x'.repeat(20_000);
    let said = 0;
    // The kernel holds some megabytes for it.
    while (!server.log.complaints.includes('chat.connection_closed') && said < 3_000) {
      said += 1;
      await anna.send('message.send', { conversationId: id, clientMessageId: `c${said}`, text });
      await anna.next('message.created');
    }
    expect(server.log.complaints).toEqual(['chat.connection_closed']);
    expect(said).toBeGreaterThan(50);
    expect(server.stores.live.isConnected(acme, 'ben')).toBe(false);
    await server.clock.advance(2_000);
    raw.socket.resume();
    await raw.closed;
  });

  it('are told when to come again when the server stops, each at another moment', async () => {
    const clients = await Promise.all(['anna', 'ben', 'cleo'].map((user) => server.connect(user)));
    const told = Promise.all(clients.map((client) => client.next('reconnect')));
    await server.stop();
    const delays = (await told).map(({ data }) => data.delayMs as number);
    expect(new Set(delays).size).toBe(3);
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(5_000);
    server = await ChatSocketServer.start();
  });

  it('tell a user on every connection what comes into their inbox, and nobody else', async () => {
    const item = (userId: string, title: string, workspaceId = acme) =>
      anInboxItem({ userId, title, workspaceId });
    const [phone, desk] = [await server.connect('ben'), await server.connect('ben')];
    const anna = await server.connect('anna');
    const rivals = await server.connect('ben', rival);
    await server.inbox.put([item('ben', 'For ben')]);
    await server.inbox.put([item('anna', 'For anna'), item('ben', 'For another', rival)]);
    for (const one of [phone, desk])
      expect((await one.next('inbox.created')).data).toMatchObject({ userId: 'ben', title: 'For ben' });
    // What comes first is what is theirs.
    expect((await anna.next('inbox.created')).data).toMatchObject({ title: 'For anna' });
    expect((await rivals.next('inbox.created')).data).toMatchObject({ title: 'For another' });
    for (const one of [phone, desk, anna, rivals])
      expect(one.heard.filter(({ event }) => event === 'inbox.created')).toEqual([]);
  });

  it('show a bot as one, and tell nobody that it is there', async () => {
    const anna = await server.connect('anna');
    const members = ['ben', 'bot:helper'];
    const opened = await anna.send('conversation.open', { kind: 'group', title: 'Talk', members });
    const { id: conversationId } = opened.data?.conversation as { id: string };
    const bot = await server.connect('bot:helper');
    await bot.send('message.send', { conversationId, clientMessageId: 'one', text: 'Green' });
    expect((await anna.next('message.created')).data).toMatchObject({ senderId: 'bot:helper', bot: true });
    await server.connect('ben');
    await server.pass(2_000);
    expect((await anna.next('presence.updated')).data).toMatchObject({ userId: 'ben', online: true });
  });

  it('let in nobody without a valid token', async () => {
    await expect(server.connect('anna', acme, -1_000)).rejects.toMatchObject({ message: 'unauthenticated' });
  });
});
