/**
 * What the procedures of one transaction leave to its end: numbers that many of them add to are written once, and what is
 * decided by those numbers is decided after that.
 */
export class CommitBook {
  readonly #sums = new Map<string, Sum>();
  readonly #endings = new Map<string, () => void>();

  /** Adds to what `write` will be called with, once for each name. */
  add(
    name: string,
    deltas: Readonly<Record<string, number>>,
    write: (sums: Record<string, number>) => void,
  ): void {
    const sum = this.#sums.get(name);
    if (!sum) {
      this.#sums.set(name, { sums: { ...deltas }, write });
      return;
    }
    for (const [term, delta] of Object.entries(deltas)) sum.sums[term] = (sum.sums[term] ?? 0) + delta;
  }

  /** Done once for each name, after the sums are written; of several, the last one given. */
  end(name: string, ending: () => void): void {
    this.#endings.set(name, ending);
  }

  /** Right before the commit. If it throws, the transaction is to be undone. */
  close(): void {
    for (const { sums, write } of this.#sums.values()) write(sums);
    for (const ending of this.#endings.values()) ending();
    this.forget();
  }

  /** With the transaction that is undone. */
  forget(): void {
    this.#sums.clear();
    this.#endings.clear();
  }
}

interface Sum {
  readonly sums: Record<string, number>;
  readonly write: (sums: Record<string, number>) => void;
}
