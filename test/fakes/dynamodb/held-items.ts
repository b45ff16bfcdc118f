import { Stream } from 'node:stream';

export type HeldItem = Readonly<Record<string, unknown>>;

export type Done = (error: null, value?: HeldItem) => void;

/** Bounds of sort keys as dynalite asks for them. */
export interface Bounds {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  /** Below zero for no end. */
  readonly limit?: number;
}

/**
 * The items of a table, or of an index of one, where dynalite would keep them as text in a database of its own. Nobody
 * changes an item that is held here: dynalite writes another in its place. Each call is done when it comes back, so what
 * dynalite does with one item is one step, and its lock has nothing to hold up.
 */
export class HeldItems {
  readonly #items = new Map<string, HeldItem>();
  /** Ascending. Only letters and digits are in them, so they stand as bytes would. */
  readonly #keys: string[] = [];

  lock(_key: string, work: (release: <T>(done: T) => T) => void): void {
    work((done) => done);
  }

  get(key: string, done: Done): void {
    done(null, this.#items.get(key));
  }

  put(key: string, item: HeldItem, done: Done): void {
    if (!this.#items.has(key)) this.#keys.splice(this.#placeOf(key), 0, key);
    this.#items.set(key, item);
    done(null);
  }

  del(key: string, done: Done): void {
    if (this.#items.delete(key)) this.#keys.splice(this.#placeOf(key), 1);
    done(null);
  }

  entries(): Iterable<[string, HeldItem]> {
    return this.#items.entries();
  }

  /** As they are now, whatever is written while they are read. */
  createValueStream({ gt, gte, lt, lte, reverse = false, limit = -1 }: Bounds): Stream {
    const from = gt === undefined ? this.#placeOf(gte ?? '') : this.#placeAfter(gt);
    const to =
      lt === undefined ? (lte === undefined ? this.#keys.length : this.#placeAfter(lte)) : this.#placeOf(lt);
    const most = limit < 0 ? to - from : Math.min(limit, to - from);
    const keys =
      most <= 0
        ? []
        : reverse
          ? this.#keys.slice(to - most, to).reverse()
          : this.#keys.slice(from, from + most);
    return flowing(keys.map((key) => this.#items.get(key) ?? {}));
  }

  /** Of the first key that is not below it. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placeAfter(key: string): number {
    const place = this.#placeOf(key);
    return this.#keys[place] === key ? place + 1 : place;
  }
}

/** What dynalite reads of a stream: `data`, `end`, and that it has had enough, which it says by `pipe`. */
function flowing(items: readonly HeldItem[]): Stream {
  const stream = new Stream();
  let isEnough = false;
  stream.once('pipe', () => (isEnough = true));
  queueMicrotask(() => {
    for (const item of items) {
      if (isEnough) return;
      stream.emit('data', item);
    }
    if (!isEnough) stream.emit('end');
  });
  return stream;
}
