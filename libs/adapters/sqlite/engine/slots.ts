/** Things under numbers that are used again: in place of a Map where much passes through and little stays (ADR 19). */
export class Slots<T> {
  readonly #slots: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.length - this.#free.length;
  }

  put(value: T): number {
    const at = this.#free.pop() ?? this.#slots.length;
    this.#slots[at] = value;
    return at;
  }

  /** Undefined if there is nothing under this number. */
  take(at: number): T | undefined {
    const value = this.#slots[at];
    if (value === undefined) return undefined;
    this.#slots[at] = undefined;
    this.#free.push(at);
    return value;
  }

  takeAll(): T[] {
    const all = this.#slots.filter((value) => value !== undefined);
    this.#slots.length = 0;
    this.#free.length = 0;
    return all;
  }
}
