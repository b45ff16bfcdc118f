import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { memoryChatStores } from '#adapters/memory/chat/testing/memory-chat-stores.js';
import { MemoryAbsences } from '#adapters/memory/chat/memory-absences.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { LiveConversations, LOOK_AGAIN_MS } from '#domain/chat/application/live-conversations.js';
import type { Follower } from '#domain/chat/application/follower.js';
import { TellPresence } from '#domain/chat/application/tell-presence.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { FollowingClient } from '#domain/chat/testing/following-client.js';
import { aConversation, append, type ChatStores, wholeLog } from '#ports/chat/testing/chat-stores.js';
import { describeRealtimeContract } from '#ports/chat/realtime.contract.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { RedisServer } from '../testing/redis-server.js';
import { type ChatConnections, connectForChat } from './chat-connections.js';
import { RedisPresence } from './redis-presence.js';
import { RedisRealtime } from './redis-realtime.js';

/** One process: those who are connected to it, and its way to the others. */
class Process {
  readonly clock = new DrivenClock();
  readonly connections: ChatConnections;
  readonly realtime: RedisRealtime;
  readonly presence: TellPresence;
  readonly #live: LiveConversations;

  constructor({ conversations, log: messages, blocks }: ChatStores, path: string, channel: string) {
    const log = new MemoryLog();
    this.#live = new LiveConversations({ conversations, messages, clock: this.clock, log });
    this.#live.start();
    this.connections = connectForChat(path, log);
    const processId = randomUUID();
    this.realtime = new RedisRealtime({ ...this.connections, local: this.#live, log, processId, channel });
    this.realtime.start();
    const presence = new RedisPresence(this.connections.commands, this.clock, channel);
    const absences = new MemoryAbsences();
    this.presence = new TellPresence({ presence, blocks, absences, clock: this.clock, log }, this.#live);
  }

  async follow(user: string, of: Conversation): Promise<FollowingClient> {
    const client = new FollowingClient(user);
    await this.connect(client, of);
    return client;
  }

  async connect(client: FollowingClient, of: Conversation): Promise<Follower> {
    const connection = client.connection();
    this.#live.connect(acme, connection);
    await this.#live.follow(connection, of.id, client.position);
    return connection;
  }

  /** When it hears what others tell. */
  async listens(channel: string): Promise<void> {
    const { commands, listening } = this.connections;
    await until(() => (commands.status === 'ready' && listening.status === 'ready' ? true : undefined));
    await until(async () => {
      const heardBy = (await commands.pubsub('NUMSUB', channel).catch(() => []))[1];
      return Number(heardBy) >= 2 ? true : undefined;
    });
  }

  async lookAgain(): Promise<void> {
    await this.clock.advance(LOOK_AGAIN_MS);
  }

  async stop(): Promise<void> {
    this.realtime.stop();
    this.connections.close();
    await this.#live.stop();
  }
}

describeWhen('redis-server', 'pushes by way of Redis', (program) => {
  let server: RedisServer;
  let stores: ChatStores;
  let channel: string;
  let one: Process;
  let other: Process;
  beforeEach(async () => {
    server = new RedisServer(program);
    await server.start();
    stores = memoryChatStores();
    channel = randomUUID();
    one = new Process(stores, server.path, channel);
    other = new Process(stores, server.path, channel);
    await Promise.all([one.listens(channel), other.listens(channel)]);
  });
  afterEach(async () => {
    await Promise.all([one.stop(), other.stop()]);
    await server.close();
  });

  const say = async (by: Process, of: Conversation): Promise<void> =>
    by.realtime.tell(acme, { kind: 'message', message: await append(stores, of) });
  const has = (client: FollowingClient, count: number): Promise<true> =>
    until(() => (client.messages.size >= count ? true : undefined));

  describeRealtimeContract('RedisRealtime', () => one.realtime);

  it('tells those who are connected to another process, and each once', async () => {
    const of = await aConversation().openedIn(stores);
    const [anna, ben] = [await one.follow('anna', of), await other.follow('ben', of)];
    for (let i = 0; i < 5; i++) await say(i % 2 ? one : other, of);
    await Promise.all([has(anna, 5), has(ben, 5)]);
    for (const client of [anna, ben]) {
      expect(client.faults).toEqual([]);
      expect([...client.messages.values()]).toEqual(await wholeLog(stores, of));
    }
  });

  it('passes on what is not kept, and once to those who are connected where it was told', async () => {
    const of = await aConversation().openedIn(stores);
    const [anna, ben] = [await one.follow('anna', of), await other.follow('ben', of)];
    one.realtime.tell(acme, { kind: 'typing', conversationId: of.id, userId: 'cleo', on: true });
    one.realtime.tell(acme, { kind: 'standing', conversationId: of.id, userId: 'ben' });
    one.realtime.tell(acme, { kind: 'own', userId: 'ben', what: 'blocks' });
    await until(() => ben.others.find(({ kind }) => kind === 'typing'));
    for (const own of ['standing', 'own']) await until(() => ben.others.find(({ kind }) => kind === own));
    // What comes by the same way afterwards comes after its echo.
    await say(other, of);
    await has(anna, 1);
    for (const client of [anna, ben])
      expect(client.others.filter(({ kind }) => kind === 'typing')).toHaveLength(1);
    expect(anna.others.filter(({ kind }) => kind === 'standing' || kind === 'own')).toEqual([]);
  });

  it('loses nothing while Redis is away: others are shown it when they look again, and live when it is back', async () => {
    const of = await aConversation().openedIn(stores);
    const [anna, ben] = [await one.follow('anna', of), await other.follow('ben', of)];
    await say(one, of);
    await has(ben, 1);
    await server.kill();
    for (let i = 0; i < 3; i++) await say(one, of);
    await has(anna, 4);
    expect(ben.messages.size).toBe(1);
    await other.lookAgain();
    await has(ben, 4);
    await server.start();
    await Promise.all([one.listens(channel), other.listens(channel)]);
    await say(one, of);
    await Promise.all([has(anna, 5), has(ben, 5)]);
    for (const client of [anna, ben]) {
      expect(client.faults).toEqual([]);
      expect([...client.messages.values()]).toEqual(await wholeLog(stores, of));
    }
  });

  it('shows who is at another process, and nobody while Redis is away, though others come back to their chats', async () => {
    const of = await aConversation().openedIn(stores);
    one.presence.come(acme, await one.connect(new FollowingClient('anna'), of), 'phone');
    await one.presence.stop();
    const ben = await other.connect(new FollowingClient('ben'), of);
    expect(await other.presence.seenBy(acme, ben)).toMatchObject([{ userId: 'anna', state: 'online' }]);
    await server.kill();
    expect(await other.presence.seenBy(acme, ben)).toEqual([]);
  });

  it('falls over nothing that somebody else says on its channel', async () => {
    const of = await aConversation().openedIn(stores);
    const ben = await other.follow('ben', of);
    for (const text of ['', '{', 'null', '{"from":"x"}'])
      await one.connections.commands.publish(channel, text);
    await say(one, of);
    await has(ben, 1);
    expect(ben.faults).toEqual([]);
  });
});
