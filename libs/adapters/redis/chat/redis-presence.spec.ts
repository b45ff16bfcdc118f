import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { describePresenceContract } from '#ports/chat/presence.contract.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { RedisServer } from '../testing/redis-server.js';
import { type ChatConnections, connectForChat } from './chat-connections.js';
import { RedisPresence } from './redis-presence.js';

describeWhen('redis-server', 'presence in Redis', (program) => {
  const server = new RedisServer(program);
  const ready = async (connections: ChatConnections): Promise<void> => {
    const isReady = () => connections.commands.status === 'ready';
    await until(() => (isReady() ? true : undefined));
  };
  let one: ChatConnections;
  let other: ChatConnections;
  beforeAll(async () => {
    await server.start();
    [one, other] = [1, 2].map(() => connectForChat(server.path, new MemoryLog())) as [
      ChatConnections,
      ChatConnections,
    ];
    await Promise.all([ready(one), ready(other)]);
  });
  afterAll(async () => {
    one.close();
    other.close();
    await server.close();
  });

  describePresenceContract('RedisPresence', () => {
    const clock = new DrivenClock();
    return {
      presence: new RedisPresence(one.commands, clock, randomUUID()),
      now: () => clock.now(),
      pass: (ms) => clock.advance(ms),
    };
  });

  describe('of two processes', () => {
    const phone = { id: 'phone', state: 'online' as const };
    const both = () => {
      const [clock, prefix] = [new DrivenClock(), randomUUID()];
      const presences = [one, other].map(({ commands }) => new RedisPresence(commands, clock, prefix));
      return { clock, prefix, here: presences[0]!, there: presences[1]! };
    };

    it('shows a user by the devices at either, and forgets those that have run out', async () => {
      const { clock, prefix, here, there } = both();
      await here.hold(acme, 'anna', phone, 1_000);
      await there.hold(acme, 'anna', { id: 'laptop', state: 'away' }, 60_000);
      expect(await there.of(acme, ['anna'])).toMatchObject([{ state: 'online' }]);
      await clock.advance(1_000);
      expect(await here.of(acme, ['anna'])).toMatchObject([{ state: 'away' }]);
      await here.hold(acme, 'anna', { id: 'tablet', state: 'away' }, 60_000);
      const [key] = await one.commands.keys(`${prefix}:*`);
      expect((await one.commands.hkeys(key!)).sort()).toEqual(['d:laptop', 'd:tablet', 'seen']);
      expect(await one.commands.pttl(key!)).toBeGreaterThan(30 * 24 * 3_600_000);
    });

    it('refuses to guess while Redis is away, and has everybody again who renews when it is back', async () => {
      const { here, there } = both();
      await here.hold(acme, 'anna', phone, 60_000);
      await server.kill();
      await until(() => (one.commands.status === 'ready' ? undefined : true));
      const away = { name: 'Refusal', code: 'storage_unavailable' };
      await expect(here.of(acme, ['anna'])).rejects.toMatchObject(away);
      await expect(here.hold(acme, 'anna', phone, 60_000)).rejects.toMatchObject(away);
      await expect(here.drop(acme, 'anna', 'phone')).rejects.toMatchObject(away);
      await server.start();
      await Promise.all([ready(one), ready(other)]);
      expect(await there.of(acme, ['anna'])).toEqual([{ userId: 'anna', state: 'offline' }]);
      await here.hold(acme, 'anna', phone, 60_000);
      expect(await there.of(acme, ['anna'])).toMatchObject([{ state: 'online' }]);
    });
  });
});
