/** One page of a list. `next` is opaque: pass it back as `after`; null at the end. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

/** `limit` is 1..200 rows. `after` is a cursor from a former page of the same query. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
}
