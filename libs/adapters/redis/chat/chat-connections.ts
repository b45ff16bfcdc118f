import { Redis } from 'ioredis';
import type { Log } from '#ports/system/log.js';

/** What presence and fan-out need of Redis: one connection that asks, and one that listens, which may do nothing else. */
export interface ChatConnections {
  readonly commands: Redis;
  readonly listening: Redis;
  close(): void;
}

/** Whoever waits for presence waits for so long at most. */
const LONGEST_ANSWER_MS = 2_000;
const LONGEST_WAIT_MS = 2_000;

/**
 * Connects again for ever. Meanwhile nothing is kept to be asked later: a lease that was to be renewed then is renewed again,
 * and what was to be told is in the log.
 * @param where `redis://…`, `rediss://…` with TLS, or the path of a socket
 */
export function connectForChat(where: string, log: Log): ChatConnections {
  const [commands, listening] = [connect(where, 'commands', log), connect(where, 'listening', log)];
  const close = (): void => {
    commands.disconnect();
    listening.disconnect();
  };
  return { commands, listening, close };
}

function connect(where: string, what: string, log: Log): Redis {
  const client = new Redis(where, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: LONGEST_ANSWER_MS,
    // Half of the wait at random: after a failover not all processes come at one moment.
    retryStrategy: (times) => Math.min(LONGEST_WAIT_MS, 50 * times) * (0.5 + Math.random() / 2),
  });
  let isAway = false;
  client.on('error', (error: unknown) => {
    if (!isAway) log.warn('chat.redis_away', { what, error });
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway) log.info('chat.redis_back', { what });
    isAway = false;
  });
  return client;
}
