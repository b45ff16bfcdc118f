import type { Stream } from 'node:stream';
import { type Bounds, type Done, type HeldItem, HeldItems } from './held-items.js';

/** Items, and how each of them was before it was last written. */
export class WrittenItems extends HeldItems {
  readonly #requests: () => number;
  readonly #before = new Map<string, { readonly item: HeldItem | undefined; readonly written: number }>();

  constructor(requests: () => number) {
    super();
    this.#requests = requests;
  }

  override put(key: string, item: HeldItem, done: Done): void {
    this.#keep(key);
    super.put(key, item, done);
  }

  override del(key: string, done: Done): void {
    this.#keep(key);
    super.del(key, done);
  }

  catchUp(): void {
    this.#before.clear();
  }

  /** As a reader finds them who asked a copy that has not heard of the last write of each. */
  stale(): StaleItems {
    return new StaleItems(this, new Map([...this.#before].map(([key, { item }]) => [key, item])));
  }

  /** What one request writes and takes back is not seen in between. */
  #keep(key: string): void {
    const written = this.#requests();
    if (this.#before.get(key)?.written === written) return;
    let item: HeldItem | undefined;
    this.get(key, (_, value) => (item = value));
    this.#before.set(key, { item, written });
  }
}

/** For readers only. */
export class StaleItems {
  readonly #now: HeldItems;
  readonly #before: ReadonlyMap<string, HeldItem | undefined>;

  constructor(now: HeldItems, before: ReadonlyMap<string, HeldItem | undefined>) {
    this.#now = now;
    this.#before = before;
  }

  get(key: string, done: Done): void {
    if (this.#before.has(key)) done(null, this.#before.get(key));
    else this.#now.get(key, done);
  }

  createValueStream(bounds: Bounds): Stream {
    const then = new HeldItems();
    const ignored = (): void => {};
    for (const [key, item] of this.#now.entries()) then.put(key, item, ignored);
    for (const [key, item] of this.#before)
      if (item) then.put(key, item, ignored);
      else then.del(key, ignored);
    return then.createValueStream(bounds);
  }
}
