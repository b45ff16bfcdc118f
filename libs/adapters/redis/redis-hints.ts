import type { Redis } from 'ioredis';

/** A store's hint that there may be something to do, as it is heard and given in this process. */
export interface Hint {
  /** Calls back whenever this process has written something; answers how to stop. */
  heard(wake: () => void): () => void;
  /** Wakes whoever listens in this process. */
  give(): void;
}

/**
 * Carries the hints of one process to the others: what the API accepted is taken up by a worker at once, and not when that looks
 * the next time. A hint that is lost (Redis is away, a connection broke) costs those seconds and nothing else.
 */
export class RedisHints {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #prefix: string;
  readonly #processId: string;
  readonly #hints = new Map<string, Hint>();
  readonly #stops: (() => void)[] = [];
  /** What comes from elsewhere is not sent out again. */
  #passingOn = false;

  /**
   * @param connections the subscriber does nothing else: that is how Redis has it
   * @param prefix of the channels, for several installations on one Redis
   * @param processId each hears what it has told itself, too
   */
  constructor(
    connections: { readonly publisher: Redis; readonly subscriber: Redis },
    { prefix, processId }: { readonly prefix: string; readonly processId: string },
  ) {
    this.#publisher = connections.publisher;
    this.#subscriber = connections.subscriber;
    this.#prefix = prefix;
    this.#processId = processId;
    this.#subscriber.on('message', (channel: string, from: string) => this.#take(channel, from));
    this.#subscriber.on('ready', () => this.#subscribe([...this.#hints.keys()]));
  }

  share(topic: string, hint: Hint): void {
    const channel = `${this.#prefix}:${topic}`;
    this.#hints.set(channel, hint);
    this.#stops.push(hint.heard(() => this.#tell(channel)));
    if (this.#subscriber.status === 'ready') this.#subscribe([channel]);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#hints.clear();
  }

  #tell(channel: string): void {
    if (this.#passingOn) return;
    void this.#publisher.publish(channel, this.#processId).catch(() => {});
  }

  /** Who comes back after Redis was away may have missed hints: looking now and then makes up for that. */
  #subscribe(channels: readonly string[]): void {
    if (channels.length > 0) void this.#subscriber.subscribe(...channels).catch(() => {});
  }

  #take(channel: string, from: string): void {
    if (from === this.#processId) return;
    this.#passingOn = true;
    try {
      this.#hints.get(channel)?.give();
    } finally {
      this.#passingOn = false;
    }
  }
}
