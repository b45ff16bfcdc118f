/** Lets those who ask for one thing act one after the other, and all others beside them. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(of: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(of);
    const mine = before ? before.then(act, act) : act();
    const settled = mine.catch(() => {});
    this.#last.set(of, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(of) === settled) this.#last.delete(of);
    }
  }
}
