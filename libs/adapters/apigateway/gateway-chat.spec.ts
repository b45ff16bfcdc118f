import { afterEach, describe, expect, it } from '@jest/globals';
import { describeRealtimeContract } from '#ports/chat/realtime.contract.js';
import { describeOwnDevices } from '#ports/chat/testing/own-devices-conformance.js';
import { describeTransport } from '#ports/chat/testing/transport-conformance.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { MemoryConnections } from '#adapters/memory/chat/memory-connections.js';
import { ChatTables, MemoryConversations, MemoryMessageLog } from '#adapters/memory/chat/memory-chat.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { GatewayRealtime } from './gateway-realtime.js';
import { GatewayChatServer, type GatewayClient } from './testing/gateway-chat-server.js';

describeTransport('API Gateway', () => GatewayChatServer.start());
describeOwnDevices('API Gateway', () => GatewayChatServer.start());

/** Nobody is connected, so nobody is posted to. */
describeRealtimeContract('GatewayRealtime', () => {
  const tables = new ChatTables();
  return new GatewayRealtime({
    connections: new MemoryConnections(new DrivenClock()),
    conversations: new MemoryConversations(tables),
    messages: new MemoryMessageLog(tables),
    users: {} as never,
    log: new MemoryLog(),
  });
});

describe('the chat over API Gateway', () => {
  let server: GatewayChatServer;
  afterEach(() => server.close());

  const group = async (owner: GatewayClient, ...members: string[]): Promise<string> => {
    const { data } = await owner.send('conversation.open', { kind: 'group', title: 'Talk', members });
    await server.settled();
    return (data?.['conversation'] as { id: string }).id;
  };
  let said = 0;
  const say = async (by: GatewayClient, conversationId: string, text: string): Promise<void> => {
    said += 1;
    const answer = await by.send('message.send', { conversationId, clientMessageId: `c${said}`, text });
    expect(answer.ok).toBe(true);
  };
  const texts = async (client: GatewayClient, count: number): Promise<unknown[]> => {
    const told: unknown[] = [];
    while (told.length < count) told.push((await client.next('message.created')).data['text']);
    return told;
  };
  const postsTo = (id: string): number =>
    server.gateway.journal.filter((one) => one.method === 'POST' && one.id === id).length;

  describe('at its door', () => {
    it('lets in nobody without a valid token, and no page of a stranger', async () => {
      server = await GatewayChatServer.start();
      await expect(server.open('nonsense')).rejects.toThrow('401');
      await expect(server.open('')).rejects.toThrow('401');
      await expect(server.connect('anna', acme, -1_000)).rejects.toThrow('401');
      const token = await server.tokenOf('anna');
      await expect(server.open(token, { origin: 'https://elsewhere.example' })).rejects.toThrow('403');
      const welcome = await server.open(token, { origin: 'https://chat.example' });
      expect((await welcome.send('resume')).ok).toBe(true);
      expect(await server.connections.ofUser(acme, 'anna')).toHaveLength(1);
    });

    it('answers what is no frame, and goes on', async () => {
      server = await GatewayChatServer.start();
      const anna = await server.connect('anna');
      for (const words of ['nonsense', '[]', '{"action":7}', '{"action":"resume","id":{}}'])
        anna.write(words);
      expect((await anna.send('no.such')).error?.code).toBe('not_found');
      await server.settled();
      const codes = anna.raw
        .filter(({ id }) => id === null)
        .map(({ error }) => (error as { code: string }).code);
      expect(codes.toSorted()).toEqual([
        'invalid_json',
        'validation_failed',
        'validation_failed',
        'validation_failed',
      ]);
      expect(await anna.send('ping')).toEqual({ ok: true, data: {} });
      expect(server.log.complaints).toEqual([]);
    });

    it('hangs up on a message, and on a frame, that API Gateway does not take', async () => {
      server = await GatewayChatServer.start();
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      anna.write('x'.repeat(128 * 1024 + 1));
      ben.socket.send('x'.repeat(32 * 1024 + 1));
      expect((await anna.closed).number).toBe(1009);
      expect((await ben.closed).number).toBe(1009);
    });
  });

  describe('when something is lost', () => {
    it('forgets at the first post a connection that went without a word, and shows its user gone', async () => {
      server = await GatewayChatServer.start();
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      const id = await group(anna, 'ben');
      server.gateway.vanish(ben.id);
      await ben.closed;
      expect(await server.connections.find(ben.id)).toBeDefined();
      await say(anna, id, 'one');
      await say(anna, id, 'two');
      expect(await server.connections.find(ben.id)).toBeUndefined();
      expect(await server.connections.followers(acme, id as never)).toHaveLength(1);
      const gone = server.gateway.journal.filter(({ status }) => status === 410);
      expect(gone).toHaveLength(1);
      await anna.next('presence.updated');
      expect((await anna.next('presence.updated')).data).toMatchObject({ userId: 'ben', online: false });
    });

    it('tells again what was posted without an answer, and loses nothing when it is throttled', async () => {
      server = await GatewayChatServer.start();
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      const id = await group(anna, 'ben');
      server.gateway.loseAnswers(1);
      const first = say(anna, id, 'one');
      while (server.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
      let isSaid = false;
      void first.then(() => (isSaid = true));
      while (!isSaid) await server.clock.advance(10);
      server.gateway.throttle(2);
      let isSaidToo = false;
      void say(anna, id, 'two').then(() => (isSaidToo = true));
      while (!isSaidToo) await server.clock.advance(10);
      for (const client of [anna, ben]) expect([...new Set([...(await texts(client, 2))])]).toContain('one');
      const all = [anna, ben].flatMap((one) => one.raw.filter(({ event }) => event === 'message.created'));
      expect(all.filter(({ data }) => (data as { text: string }).text === 'one')).toHaveLength(3);
      expect(all.filter(({ data }) => (data as { text: string }).text === 'two')).toHaveLength(2);
    });

    it('tells with the next message what somebody had no chance to tell, in its order', async () => {
      server = await GatewayChatServer.start();
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      const id = await group(anna, 'ben');
      // Committed by a process that died before it told anybody.
      const { log } = server;
      const draft = {
        ...{ id: 'msg_lost', conversationId: id, senderId: 'anna', clientMessageId: 'lost', text: 'lost' },
        ...{ mentions: [], attachments: [], sentAt: server.clock.now() },
      };
      await server.stores.messages.append(acme, draft as never);
      await say(anna, id, 'next');
      expect(await texts(ben, 2)).toEqual(['lost', 'next']);
      await server.stores.messages.append(acme, { ...draft, id: 'msg_l2', clientMessageId: 'l2' } as never);
      expect((await ben.send('ping')).ok).toBe(true);
      expect(await texts(ben, 1)).toEqual(['lost']);
      expect(log.complaints).toEqual([]);
    });

    it('tells everything, in order, when many processes take the frames of a storm', async () => {
      server = await GatewayChatServer.start({}, 3);
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      const id = await group(anna, 'ben');
      await Promise.all([...Array(30).keys()].map((n) => say(n % 2 === 0 ? anna : ben, id, `m${n}`)));
      await server.settled();
      for (const client of [anna, ben]) {
        const seqs = client.raw
          .filter(({ event }) => event === 'message.created')
          .map(({ data }) => (data as { seq: number }).seq);
        // Twice where two processes told it at once: what counts is when each was told first.
        expect([...new Set(seqs)]).toEqual([...Array(30).keys()].map((n) => n + 1));
      }
    });
  });

  describe('in time', () => {
    it('advises clients to come again before API Gateway ends their connections', async () => {
      server = await GatewayChatServer.start();
      const anna = await server.connect('anna', acme, 4 * 3_600_000);
      for (let minutes = 0; minutes < 109; minutes += 5) {
        await server.pass(5 * 60_000);
        if (anna.heard.length === 0) await anna.send('ping');
      }
      const { data } = await anna.next('reconnect');
      expect(data['code']).toBe('aged');
      expect(data['delayMs']).toBeLessThanOrEqual(8 * 60_000);
      await anna.send('ping');
      await server.pass(4 * 60_000);
      expect(anna.heard).toEqual([]);
      expect(await server.connections.find(anna.id)).toBeDefined();
      await server.pass(6 * 60_000);
      expect((await anna.closed).number).toBe(1001);
      await server.settled();
      expect(await server.connections.find(anna.id)).toBeUndefined();
    });

    it('forgets who is silent, and has them come again if they should still be there', async () => {
      server = await GatewayChatServer.start({ idleMs: 3_600_000 });
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      server.gateway.vanish(ben.id);
      await server.pass(10 * 60_000);
      await anna.send('ping');
      await server.pass(90_000);
      expect(await server.connections.find(ben.id)).toBeUndefined();
      expect(await server.connections.find(anna.id)).toBeDefined();
      await server.connections.close(anna.id);
      void anna.send('ping');
      expect((await anna.closed).number).toBe(1000);
    });

    it('writes a lease down no more often than half of it passes', async () => {
      server = await GatewayChatServer.start();
      const anna = await server.connect('anna');
      const { lapsesAt } = (await server.connections.find(anna.id)) ?? { lapsesAt: 0 };
      await server.pass(60_000);
      await anna.send('ping');
      expect(await server.connections.find(anna.id)).toMatchObject({ lapsesAt });
      await server.pass(5 * 60_000);
      await anna.send('ping');
      expect(await server.connections.find(anna.id)).toMatchObject({ lapsesAt: lapsesAt + 6 * 60_000 });
    });
  });

  it('shows a bot as one, and tells nobody that it is there', async () => {
    server = await GatewayChatServer.start();
    const anna = await server.connect('anna');
    const bot = await server.connect('bot:helper');
    const id = await group(anna, 'bot:helper');
    await say(bot, id, 'Green');
    expect((await anna.next('message.created')).data).toMatchObject({ senderId: 'bot:helper', bot: true });
    expect(anna.heard.filter(({ event }) => event === 'presence.updated')).toEqual([]);
  });

  it('makes one request a connection and message, and none of a connection that does not follow', async () => {
    server = await GatewayChatServer.start();
    const [anna, ben, zoe] = [
      await server.connect('anna'),
      await server.connect('ben'),
      await server.connect('zoe'),
    ];
    const id = await group(anna, 'ben');
    const before = [anna, ben, zoe].map((one) => postsTo(one.id));
    for (const text of ['one', 'two', 'three']) await say(anna, id, text);
    expect([anna, ben, zoe].map((one, at) => postsTo(one.id) - (before[at] ?? 0))).toEqual([3, 3, 0]);
  });
});
