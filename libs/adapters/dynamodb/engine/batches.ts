/** 4 MB may be written in one transaction, keys and names included. */
export const MOST_BYTES_AT_ONCE = 3_600_000;

export interface Bound<T> {
  readonly most: number;
  weightOf(one: T): number;
}

/** In their order, as many at once as all bounds allow; one that is too heavy by itself goes alone. */
export function batchesOf<T>(all: readonly T[], bounds: readonly Bound<T>[]): T[][] {
  const batches: T[][] = [];
  let [batch, sums]: [T[], number[]] = [[], []];
  for (const one of all) {
    const weights = bounds.map((bound) => bound.weightOf(one));
    const isFull = bounds.some(({ most }, i) => (sums[i] ?? 0) + (weights[i] ?? 0) > most);
    if (isFull || batch.length === 0) {
      [batch, sums] = [[], []];
      batches.push(batch);
    }
    batch.push(one);
    sums = weights.map((weight, i) => (sums[i] ?? 0) + weight);
  }
  return batches;
}
