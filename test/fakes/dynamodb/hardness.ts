/** What DynamoDB does and an emulator does not: each of it is allowed by its documentation, and seldom seen. */
export interface Hardness {
  /**
   * An index shows a change after so many more requests; `until caught up`: not before `catchUp` is called. Never after some
   * time: a test would depend on how fast the machine is.
   */
  readonly indexesLag: number | 'until caught up';
  /** Changes reach an index out of order, but for those of one place in it: each has a lag of its own, up to `indexesLag`. */
  readonly losesOrder: boolean;
  /**
   * A write is in flight for a turn of the loop, and a transaction that meets another write of an item, or a write that meets
   * a transaction, is refused.
   */
  readonly conflicts: boolean;
  /** A read without `ConsistentRead` finds each item as it was before it was last written, until `catchUp` is called. */
  readonly staleReads: boolean;
}

/** As emulators are. */
export const GENTLE: Hardness = { indexesLag: 0, losesOrder: false, conflicts: false, staleReads: false };

/** As DynamoDB may be on its worst day. */
export const HARD: Hardness = {
  indexesLag: 'until caught up',
  losesOrder: false,
  conflicts: true,
  staleReads: true,
};

/** As it is on most days: for whole processes, which have nobody who calls `catchUp`. */
export const BUSY: Hardness = { indexesLag: 20, losesOrder: true, conflicts: true, staleReads: true };
