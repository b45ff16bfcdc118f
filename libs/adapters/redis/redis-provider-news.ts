import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { ProviderNews, ProviderTurn } from '#ports/delivery/provider-news.js';

type Hear = (turn: ProviderTurn) => void;

/** Longer than anything that is told: whatever else comes is no news. */
const LONGEST = 10_000;
const LONGEST_REASON = 500;

/** News of providers over publish and subscribe, for all processes with one prefix. What is told while Redis is away is lost. */
export class RedisProviderNews implements ProviderNews {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #self = randomUUID();
  readonly #hearers = new Set<Hear>();

  /** @param redis for telling; hearing takes a connection of its own, made like this one */
  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#channel = `${prefix}provider-news`;
    // Subscribing waits until Redis is there, and is done again after each loss of it.
    this.#subscriber = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
    this.#subscriber.on('error', () => {});
    this.#subscriber.on('message', (_channel: string, text: string) => this.#hear(text));
  }

  /** From here on news is heard. Resolves when Redis has confirmed it; nobody has to wait for that. */
  async listen(): Promise<void> {
    await this.#subscriber.subscribe(this.#channel);
  }

  tell(turn: ProviderTurn): void {
    const told = turn.kind === 'opened' ? { ...turn, reason: turn.reason.slice(0, LONGEST_REASON) } : turn;
    this.#redis.publish(this.#channel, JSON.stringify({ from: this.#self, turn: told })).catch(() => {});
  }

  onHeard(hear: Hear): () => void {
    this.#hearers.add(hear);
    return () => {
      this.#hearers.delete(hear);
    };
  }

  close(): void {
    this.#subscriber.disconnect();
  }

  #hear(text: string): void {
    const turn = turnIn(text, this.#self);
    if (!turn) return;
    for (const hear of [...this.#hearers]) {
      try {
        hear(turn);
      } catch {
        // The others are to hear it all the same.
      }
    }
  }
}

/** Another version of us may say what we don't understand. */
function turnIn(text: string, self: string): ProviderTurn | undefined {
  const { from, turn } = parsed(text) as { from?: unknown; turn?: Record<string, unknown> };
  if (from === self || typeof turn !== 'object' || turn === null) return undefined;
  const { kind, channel, provider, forMs, reason } = turn;
  if (typeof channel !== 'string' || typeof provider !== 'string') return undefined;
  if (kind === 'closed') return { kind, channel, provider };
  if (kind !== 'opened' || typeof forMs !== 'number' || typeof reason !== 'string') return undefined;
  return { kind, channel, provider, forMs, reason };
}

function parsed(text: string): object {
  if (text.length > LONGEST) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
