import type { Redis } from 'ioredis';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { type DeviceState, type Lease, type Shown, shownOf } from '#domain/chat/model/presence.js';
import type { Presence } from '#ports/chat/presence.js';
import type { Clock } from '#ports/system/clock.js';

/** Longer than the port promises, whatever the clocks say. */
const KEPT_MS = 31 * 24 * 3_600_000;

/**
 * A user is a hash: `seen`, and for each device `d:<id>` with `state heardAt until`. Leases that have run out are taken out by
 * the next that is held. A script is one step for everybody else.
 */
const SEEN = `
local function seen(key, now)
  local last = tonumber(redis.call('HGET', key, 'seen') or '0')
  if tonumber(now) > last then redis.call('HSET', key, 'seen', now) end
end
`;

const HOLD = `${SEEN}
local key, device, lease, now, kept = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local all = redis.call('HGETALL', key)
for at = 1, #all, 2 do
  local over = string.match(all[at + 1], '^%a+ %d+ (%d+)$')
  if over and tonumber(over) <= tonumber(now) then redis.call('HDEL', key, all[at]) end
end
redis.call('HSET', key, device, lease)
seen(key, now)
redis.call('PEXPIRE', key, kept)
return 1
`;

const DROP = `${SEEN}
local key, device, now = KEYS[1], ARGV[1], ARGV[2]
if redis.call('HDEL', key, device) == 1 then seen(key, now) end
return 1
`;

/**
 * Shared by all processes. While Redis is away nobody can say who is there, and it is refused rather than guessed: whoever is
 * thought to be away is told by mail of what they are reading. When it comes back empty each device is there again with its
 * next renewal; last sights from before are forgotten.
 */
export class RedisPresence implements Presence {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #prefix: string;

  /** @param prefix one for all processes of an installation */
  constructor(redis: Redis, clock: Clock, prefix: string) {
    this.#redis = redis;
    this.#clock = clock;
    this.#prefix = prefix;
  }

  async hold(
    workspaceId: WorkspaceId,
    userId: string,
    { id, state }: { readonly id: string; readonly state: DeviceState },
    forMs: number,
  ): Promise<void> {
    const now = this.#clock.now();
    const lease = `${state} ${now} ${now + forMs}`;
    const key = this.#keyOf(workspaceId, userId);
    await this.#ask(() => this.#redis.eval(HOLD, 1, key, `d:${id}`, lease, now, KEPT_MS));
  }

  async drop(workspaceId: WorkspaceId, userId: string, deviceId: string): Promise<void> {
    const key = this.#keyOf(workspaceId, userId);
    await this.#ask(() => this.#redis.eval(DROP, 1, key, `d:${deviceId}`, this.#clock.now()));
  }

  async of(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Shown[]> {
    const now = this.#clock.now();
    const found = userIds.map((userId) => this.#redis.hgetall(this.#keyOf(workspaceId, userId)));
    const users = await this.#ask(() => Promise.all(found));
    return userIds.map((userId, at) => {
      const { seen, ...devices } = users[at] ?? {};
      const leases = Object.values(devices).flatMap(leaseIn);
      return shownOf(userId, leases, now, seen === undefined ? undefined : Number(seen));
    });
  }

  /** @throws Refusal `storage_unavailable` */
  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      const refusal = new Refusal('storage_unavailable', 'Who is there cannot be said at the moment.');
      throw Object.assign(refusal, { cause });
    }
  }

  #keyOf(workspaceId: string, userId: string): string {
    return `${this.#prefix}:presence:${JSON.stringify([workspaceId, userId])}`;
  }
}

function leaseIn(text: string): Lease[] {
  const [, state, heardAt, until] = /^(online|away) (\d+) (\d+)$/.exec(text) ?? [];
  if (state === undefined) return [];
  return [{ state: state as DeviceState, heardAt: Number(heardAt), until: Number(until) }];
}
