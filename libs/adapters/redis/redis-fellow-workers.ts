import type { Redis } from 'ioredis';
import type { Instant } from '#domain/kernel/brand.js';
import type { Fellow, FellowWorkers } from '#ports/delivery/fellow-workers.js';

/**
 * A hash of `name -> "<until> <since>"`, in milliseconds by Redis' own clock: workers' clocks differ. One key, so that it is
 * lost whole or not at all, and one script, so that nobody comes between looking and entering.
 *
 * KEYS: the hash. ARGV: name, since or '', how long the lease is to be.
 */
const HOLD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local whole = function(number) return string.format('%.0f', number) end
local fellows, since, latest = {}, ARGV[2], now + ARGV[3]
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local name = entries[i]
  local till, came = string.match(entries[i + 1], '^(%d+) (%d+)$')
  if not till or tonumber(till) <= now then
    redis.call('HDEL', KEYS[1], name)
  elseif name == ARGV[1] then
    if since == '' then since = came end
  else
    latest = math.max(latest, tonumber(till))
    table.insert(fellows, name)
    table.insert(fellows, came)
  end
end
if since == '' then since = whole(now) end
redis.call('HSET', KEYS[1], ARGV[1], whole(now + ARGV[3]) .. ' ' .. since)
redis.call('PEXPIREAT', KEYS[1], whole(latest))
table.insert(fellows, ARGV[1])
table.insert(fellows, since)
return fellows
`;

/**
 * The register of workers in Redis, for all processes with one prefix.
 *
 * While Redis is away `hold` rejects at once, given a connection without an offline queue (`createRedis`); the
 * connection finds back by itself.
 */
export class RedisFellowWorkers implements FellowWorkers {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}fellow-workers`;
  }

  async hold(name: string, since: Instant | undefined, forMs: number): Promise<readonly Fellow[]> {
    const lease = Math.ceil(forMs);
    const answer = (await this.#redis.eval(HOLD, 1, this.#key, name, since ?? '', lease)) as string[];
    const fellows: Fellow[] = [];
    for (let i = 0; i + 1 < answer.length; i += 2) {
      fellows.push({ name: answer[i] ?? '', since: Number(answer[i + 1]) });
    }
    return fellows;
  }

  async leave(name: string): Promise<void> {
    await this.#redis.hdel(this.#key, name);
  }
}
