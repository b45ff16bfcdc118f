import type { Stream } from 'node:stream';
import type { Hardness } from './hardness.js';
import { type Bounds, type Done, type HeldItem, HeldItems } from './held-items.js';

interface Change {
  readonly key: string;
  /** Undefined: it is gone. */
  readonly item: HeldItem | undefined;
  readonly due: number;
}

/** An index that is told late of what is written. What happens to one place in it stays in order. */
export class LateIndex {
  readonly #shown = new HeldItems();
  readonly #requests: () => number;
  readonly #hardness: Hardness;
  #waiting: Change[] = [];
  readonly #dues = new Map<string, number>();

  /** @param requests how many there have been */
  constructor(requests: () => number, hardness: Hardness) {
    this.#requests = requests;
    this.#hardness = hardness;
  }

  put(key: string, item: HeldItem, done: Done): void {
    this.#tell(key, item);
    done(null);
  }

  del(key: string, done: Done): void {
    this.#tell(key, undefined);
    done(null);
  }

  createValueStream(bounds: Bounds): Stream {
    this.#show(this.#requests());
    return this.#shown.createValueStream(bounds);
  }

  catchUp(): void {
    this.#show(Infinity);
  }

  #tell(key: string, item: HeldItem | undefined): void {
    const due = Math.max(this.#dues.get(key) ?? 0, this.#requests() + this.#lagOf(key));
    this.#dues.set(key, due);
    this.#waiting.push({ key, item, due });
  }

  /** The same in every run: what is told now and where, decide. */
  #lagOf(key: string): number {
    const { indexesLag, losesOrder } = this.#hardness;
    if (indexesLag === 'until caught up') return Number.MAX_SAFE_INTEGER;
    if (!losesOrder) return indexesLag;
    let mixed = this.#requests();
    for (const letter of key) mixed = (mixed * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
    return mixed % (indexesLag + 1);
  }

  #show(until: number): void {
    const later: Change[] = [];
    for (const change of this.#waiting) {
      if (change.due > until) later.push(change);
      else if (change.item) this.#shown.put(change.key, change.item, () => {});
      else this.#shown.del(change.key, () => {});
    }
    if (later.length === 0) this.#dues.clear();
    this.#waiting = later;
  }
}
