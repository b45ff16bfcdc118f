/**
 * Work on one item, one at a time in this process: two transactions on it at once would only refuse one another. Between
 * processes the condition decides.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  isTaken(name: string): boolean {
    return this.#last.has(name);
  }

  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }

  /** Several, always in the same order: two that want the same ones do not wait for one another for ever. */
  async takeAll<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const [first, ...rest] = [...new Set(names)].sort();
    return first === undefined ? work() : this.take(first, () => this.takeAll(rest, work));
  }
}
