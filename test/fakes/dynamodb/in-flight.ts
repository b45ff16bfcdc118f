/** Items that are being written at this moment, by a transaction or by themselves. */
export class InFlight {
  readonly #transactions = new Set<string>();
  readonly #writes = new Map<string, number>();

  isInTransaction(place: string): boolean {
    return this.#transactions.has(place);
  }

  isWritten(place: string): boolean {
    return this.#transactions.has(place) || this.#writes.has(place);
  }

  async transact<T>(places: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const place of places) this.#transactions.add(place);
    try {
      await aTurn();
      return await work();
    } finally {
      for (const place of places) this.#transactions.delete(place);
    }
  }

  /** Writes of one item do not refuse one another: they only come one after the other. */
  async write<T>(places: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const place of places) this.#writes.set(place, (this.#writes.get(place) ?? 0) + 1);
    try {
      await aTurn();
      return await work();
    } finally {
      for (const place of places) {
        const others = (this.#writes.get(place) ?? 1) - 1;
        if (others === 0) this.#writes.delete(place);
        else this.#writes.set(place, others);
      }
    }
  }
}

/** Of the loop: whoever asked at the same time has asked by then. */
function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
