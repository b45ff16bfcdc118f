import type { Clock } from '#ports/system/clock.js';

/** For how long those who send on, though they have no answer, are kept behind what waits. */
const LINE_MS = 300_000;

interface InLine {
  readonly clientMessageId: string;
  readonly until: number;
}

/** What waits of each name, in the order in which it came. A line that is over is forgotten, whether its name is asked for again or not. */
export class WaitingLines {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By when they were last entered, the longest ago first: so they end in this order too. */
  readonly #lines = new Map<string, readonly InLine[]>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** How many lines are remembered. */
  get size(): number {
    return this.#lines.size;
  }

  of(name: string): readonly string[] {
    this.#forget();
    return this.#living(this.#lines.get(name)).map(({ clientMessageId }) => clientMessageId);
  }

  enter(name: string, clientMessageId: string): void {
    this.#forget();
    const line = this.#living(this.#lines.get(name));
    if (line.some((one) => one.clientMessageId === clientMessageId)) return;
    this.#lines.delete(name);
    this.#lines.set(name, [...line, { clientMessageId, until: this.#clock.monotonic() + LINE_MS }]);
  }

  leave(name: string, clientMessageId: string): void {
    const line = (this.#lines.get(name) ?? []).filter((one) => one.clientMessageId !== clientMessageId);
    if (line.length > 0) this.#lines.set(name, line);
    else this.#lines.delete(name);
  }

  /** After a storm that everybody waited in, most are never asked for again. Each costs one look more than those that are over. */
  #forget(): void {
    for (const [name, line] of this.#lines) {
      if (this.#living(line).length > 0) return;
      this.#lines.delete(name);
    }
  }

  #living(line: readonly InLine[] = []): readonly InLine[] {
    const now = this.#clock.monotonic();
    return line.filter(({ until }) => until > now);
  }
}
