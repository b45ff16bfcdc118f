import type { WireConnection } from './wire-client.js';

/** One request and its answer, in milliseconds of `performance.now()`. */
export interface Asked {
  readonly n: number;
  /** When it was to leave. Latency counts from here: one that had to wait for its turn was late for its sender, too. */
  readonly dueAt: number;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Epoch milliseconds of the answer. */
  readonly answeredOn: number;
  readonly status: number;
}

export type Ask = (connection: WireConnection, n: number) => Promise<number>;

/** How often an open load looks whether something is due: as often as timers can. */
const TICK_MS = 1;

/** Every connection asks again as soon as it has its answer: how much can be served. */
export async function closedLoad(
  connections: readonly WireConnection[],
  count: number,
  ask: Ask,
  heard: (asked: Asked) => void,
): Promise<void> {
  let next = 0;
  const lane = async (connection: WireConnection): Promise<void> => {
    while (next < count) {
      const n = next++;
      const sentAt = performance.now();
      const status = await ask(connection, n);
      heard({ n, dueAt: sentAt, sentAt, answeredAt: performance.now(), answeredOn: Date.now(), status });
    }
  };
  await Promise.all(connections.map(lane));
}

/** The moments at which requests are due, evenly spaced, whatever became of those before. */
export class Timetable {
  readonly #startedAt: number;
  readonly #perSecond: number;

  constructor(startedAt: number, perSecond: number) {
    this.#startedAt = startedAt;
    this.#perSecond = perSecond;
  }

  dueAt(n: number): number {
    return this.#startedAt + (n * 1000) / this.#perSecond;
  }
}

/**
 * Requests arrive by timetable: a server that stalls for a second finds a second's worth of them waiting, and each of those
 * counts with all of its waiting. A closed load would have asked less meanwhile, and called the stall one slow answer.
 * Goes on until `count` have been asked, or until it is told to stop; resolves when all have been answered.
 */
export class OpenLoad {
  readonly #free: WireConnection[];
  readonly #perSecond: number;
  readonly #ask: Ask;
  readonly #heard: (asked: Asked) => void;
  #count: number;
  #next = 0;
  #answered = 0;

  constructor(
    connections: readonly WireConnection[],
    perSecond: number,
    count: number,
    ask: Ask,
    heard: (asked: Asked) => void,
  ) {
    this.#free = [...connections];
    this.#perSecond = perSecond;
    this.#count = count;
    this.#ask = ask;
    this.#heard = heard;
  }

  /** Asks nothing that is not under way already. */
  stop(): void {
    this.#count = this.#next;
  }

  run(): Promise<void> {
    const timetable = new Timetable(performance.now(), this.#perSecond);
    return new Promise((resolve, reject) => {
      const timer = setInterval(() => this.#leave(timetable, end), TICK_MS);
      const end = (error?: Error): void => {
        if (!error && this.#answered < this.#count) return;
        clearInterval(timer);
        if (error) reject(error);
        else resolve();
      };
    });
  }

  #leave(timetable: Timetable, end: (error?: Error) => void): void {
    const now = performance.now();
    while (this.#next < this.#count && timetable.dueAt(this.#next) <= now) {
      const connection = this.#free.pop();
      if (!connection) return;
      const n = this.#next++;
      this.#one(connection, n, timetable).then(
        () => {
          this.#free.push(connection);
          this.#leave(timetable, end);
        },
        (error: unknown) => end(error as Error),
      );
    }
    end();
  }

  async #one(connection: WireConnection, n: number, timetable: Timetable): Promise<void> {
    const sentAt = performance.now();
    const status = await this.#ask(connection, n);
    this.#answered += 1;
    const dueAt = timetable.dueAt(n);
    this.#heard({ n, dueAt, sentAt, answeredAt: performance.now(), answeredOn: Date.now(), status });
  }
}
