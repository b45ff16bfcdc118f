import { Redis } from 'ioredis';

/** ms */
const CONNECT_TIMEOUT = 2_000;
const LONGEST_WAIT = 2_000;

/**
 * A connection that comes back by itself, for ever. While it is away every command fails at once: what is asked of Redis here
 * can be done without it, and nobody is to wait for it.
 * @param onTrouble told of every failure to connect
 */
export function createRedis(url: string, onTrouble: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT,
    retryStrategy: (attempt) => Math.min(LONGEST_WAIT, 50 * 2 ** Math.min(attempt, 6)),
  });
  // Without a listener an error ends the process.
  redis.on('error', onTrouble);
  return redis;
}
