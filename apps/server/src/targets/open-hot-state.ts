import type { DynamoStores } from '#adapters/dynamodb/dynamo-stores.js';
import { MemoryPresence } from '#adapters/memory/chat/memory-presence.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { connectForChat } from '#adapters/redis/chat/chat-connections.js';
import { RedisPresence } from '#adapters/redis/chat/redis-presence.js';
import { RedisRealtime } from '#adapters/redis/chat/redis-realtime.js';
import { createRedis } from '#adapters/redis/create-redis.js';
import { RedisFellowWorkers } from '#adapters/redis/redis-fellow-workers.js';
import { type Hint, RedisHints } from '#adapters/redis/redis-hints.js';
import { RedisProviderNews } from '#adapters/redis/redis-provider-news.js';
import { RedisRateLimits } from '#adapters/redis/redis-rate-limits.js';
import { type Company, alone } from '#domain/delivery/application/company.js';
import { Fellowship } from '#domain/delivery/application/fellowship.js';
import type { Presence } from '#ports/chat/presence.js';
import type { Realtime } from '#ports/chat/realtime.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { RateLimits } from '#ports/workspace/rate-limits.js';

/** What is worth sharing between processes, and nothing would be lost with. */
export interface HotState {
  readonly rateLimits: RateLimits;
  readonly presence: Presence;
  readonly realtime: Realtime;
  /** The workers of other processes that send over the same accounts. */
  readonly company: Company;
  /** This worker's place among them; undefined where each believes to be alone. */
  readonly fellowship?: Fellowship;
  share(topic: string, hint: Hint): void;
  close(): void;
}

export interface HotStateTools {
  readonly clock: Clock;
  readonly log: Log;
  /** Those who are connected to this process. */
  readonly live: Realtime;
  /** Of this start of this process. */
  readonly processId: string;
  readonly fellowLeaseMs: number;
}

/** Of all keys and channels. */
const PREFIX = 'posthorn:';

/** @param redisUrl left out: each process has its own */
export function openHotState(
  redisUrl: string | undefined,
  { clock, log, live, processId, fellowLeaseMs }: HotStateTools,
): HotState {
  if (redisUrl === undefined)
    return {
      rateLimits: new MemoryRateLimits(clock),
      presence: new MemoryPresence(clock),
      realtime: live,
      company: alone,
      share: () => {},
      close: () => {},
    };
  const chat = connectForChat(redisUrl, log);
  const onTrouble = (error: Error): void => log.warn('redis.away', { error });
  const [limits, publisher, subscriber] = [1, 2, 3].map(() => createRedis(redisUrl, onTrouble));
  if (!limits || !publisher || !subscriber) throw new Error('unreachable');
  const hints = new RedisHints({ publisher, subscriber }, { prefix: `${PREFIX}hint`, processId });
  const realtime = new RedisRealtime({
    ...chat,
    local: live,
    log,
    processId,
    channel: `${PREFIX}chat`,
  });
  realtime.start();
  const fellowship = new Fellowship(new RedisFellowWorkers(limits, PREFIX), clock, processId, {
    leaseMs: fellowLeaseMs,
    onContact: (inContact, error) =>
      inContact ? log.info('workers.in_touch') : log.warn('workers.out_of_touch', { error }),
  });
  const news = new RedisProviderNews(publisher, PREFIX);
  void news.listen().catch((error: unknown) => log.warn('provider_news.unheard', { error }));
  return {
    rateLimits: new RedisRateLimits({ redis: limits, clock, log, own: new MemoryRateLimits(clock) }),
    presence: new RedisPresence(chat.commands, clock, `${PREFIX}presence:`),
    realtime,
    company: { shares: fellowship, news },
    fellowship,
    share: (topic, hint) => hints.share(topic, hint),
    close() {
      hints.close();
      realtime.stop();
      news.close();
      chat.close();
      for (const one of [limits, publisher, subscriber]) one.disconnect();
    },
  };
}

/** By topic: where processes wait for what another one writes. */
export function hintsOf(stores: DynamoStores): Readonly<Record<string, Hint>> {
  const { outbox, timers, inbox, notifications, webhookDeliveries } = stores;
  return {
    events: { heard: (wake) => outbox.onAppended(wake), give: () => outbox.appended() },
    timers: { heard: (wake) => timers.onSet(wake), give: () => timers.wake() },
    inbox: { heard: (wake) => inbox.onChanged(wake), give: () => inbox.wake() },
    notifications: { heard: (wake) => notifications.onDue(wake), give: () => notifications.wake() },
    webhooks: { heard: (wake) => webhookDeliveries.onWork(wake), give: () => webhookDeliveries.wake() },
  };
}
