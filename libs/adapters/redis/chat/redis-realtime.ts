import type { Redis } from 'ioredis';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Push, Realtime } from '#ports/chat/realtime.js';
import type { Log } from '#ports/system/log.js';

/** Pushes on their way to Redis: where it does not keep up, more are not told, and are found in the log. */
const MOST_UNDER_WAY = 1_000;

export interface RedisRealtimeTools {
  readonly commands: Redis;
  /** A connection of its own: one that listens can do nothing else. */
  readonly listening: Redis;
  /** Those who are connected to this process. */
  readonly local: Realtime;
  readonly log: Log;
  /** Tells the processes apart: each hears what it has told itself. */
  readonly processId: string;
  /** One for all processes of an installation. */
  readonly channel: string;
}

interface Told {
  readonly from: string;
  readonly workspaceId: WorkspaceId;
  readonly push: Push;
}

/**
 * Tells those who are connected here at once, and the other processes by way of Redis. While Redis is away those who are
 * connected elsewhere hear nothing; each process looks again into the logs of those whom it serves, and shows them what they
 * missed.
 */
export class RedisRealtime implements Realtime {
  readonly #tools: RedisRealtimeTools;
  #underWay = 0;
  #cancel = (): void => {};

  constructor(tools: RedisRealtimeTools) {
    this.#tools = tools;
  }

  /** Listens from now on, and again whenever Redis has come back. */
  start(): void {
    const { listening, channel, log } = this.#tools;
    const hear = (_: string, text: string): void => this.#hear(text);
    const listen = (): void => {
      listening.subscribe(channel).catch((error: unknown) => log.warn('chat.listening_failed', { error }));
    };
    listening.on('message', hear);
    listening.on('ready', listen);
    if (listening.status === 'ready') listen();
    this.#cancel = () => {
      listening.off('message', hear);
      listening.off('ready', listen);
    };
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  tell(workspaceId: WorkspaceId, push: Push): void {
    const { commands, local, processId, channel } = this.#tools;
    local.tell(workspaceId, push);
    if (commands.status !== 'ready' || this.#underWay >= MOST_UNDER_WAY) return;
    const told: Told = { from: processId, workspaceId, push };
    this.#underWay += 1;
    commands
      .publish(channel, JSON.stringify(told))
      // Lost: it is in the log, and that Redis is away is said by the connection.
      .catch(() => {})
      .finally(() => {
        this.#underWay -= 1;
      });
  }

  #hear(text: string): void {
    try {
      const { from, workspaceId, push } = JSON.parse(text) as Told;
      if (from !== this.#tools.processId) this.#tools.local.tell(workspaceId, push);
    } catch (error) {
      // Of another version, or of somebody else: nobody is to fall over it.
      this.#tools.log.warn('chat.push_unreadable', { error });
    }
  }
}
