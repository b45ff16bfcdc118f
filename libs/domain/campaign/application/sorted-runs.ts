interface Run<T> {
  /** In order; those that were taken are not held any longer. */
  readonly items: (T | undefined)[];
  /** How many runs were added before. */
  readonly order: number;
  at: number;
}

/**
 * Sorted runs, taken as one sorted sequence: the sorting is spread over many small steps instead of one that would hold up
 * everything else. Equal items come in the order of their runs.
 */
export class SortedRuns<T> {
  readonly #compare: (a: T, b: T) => number;
  /** A binary heap: every run's next item comes no later than those of its two children. */
  readonly #heap: Run<T>[] = [];
  #added = 0;
  #size = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** How many items there are, taken ones not counted. */
  get size(): number {
    return this.#size;
  }

  /** @param items in order; the array is ours from now on */
  add(items: T[]): void {
    if (items.length === 0) return;
    this.#size += items.length;
    this.#heap.push({ items, order: this.#added++, at: 0 });
    this.#rise(this.#heap.length - 1);
  }

  /** The next items in order, fewer than `count` at the end. */
  take(count: number): T[] {
    const taken: T[] = [];
    for (let run = this.#heap[0]; run && taken.length < count; run = this.#heap[0]) {
      const item = run.items[run.at];
      if (item !== undefined) taken.push(item);
      run.items[run.at++] = undefined;
      if (run.at === run.items.length) this.#dropFirst();
      this.#sink();
    }
    this.#size -= taken.length;
    return taken;
  }

  #dropFirst(): void {
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) this.#heap[0] = last;
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ;) {
      let first = at;
      if (this.#isBefore(2 * at + 1, first)) first = 2 * at + 1;
      if (this.#isBefore(2 * at + 2, first)) first = 2 * at + 2;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#heap[a];
    const right = this.#heap[b];
    const mine = left?.items[left.at];
    const other = right?.items[right.at];
    if (!left || !right || mine === undefined || other === undefined) return false;
    const order = this.#compare(mine, other);
    return order < 0 || (order === 0 && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (left) this.#heap[b] = left;
    if (right) this.#heap[a] = right;
  }
}
