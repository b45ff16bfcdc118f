import type { Instant } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';

/**
 * A store is one table family: a file of named SQL and the procedures that run it. Procedures run inside the
 * storage threads, synchronously; the adapter that implements the port calls them by name from any other thread.
 */
export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlParams = Readonly<Record<string, SqlValue>>;

/** What a procedure may do. `query` is the name of a statement in the store's own .sql file. */
export interface Db {
  run(query: string, params?: SqlParams): number;
  /** Runs it once for every row, whose values are the parameters `?1`, `?2`, …; answers how many rows changed in all. */
  runEach(query: string, rows: readonly (readonly SqlValue[])[]): number;
  get<Row>(query: string, params?: SqlParams): Row | undefined;
  all<Row>(query: string, params?: SqlParams): Row[];
  /**
   * Runs it before the commit that carries this procedure, once for each `row` whoever adds to it: with the row's values
   * and the sums of all deltas given for it. Until then no procedure sees what was added.
   */
  addAtCommit(query: string, row: SqlParams, deltas: Readonly<Record<string, number>>): void;
  /** Done before that commit, after everything was added: once for each name. */
  atCommit(name: string, task: () => void): void;
  /** Appends an integration event to the outbox, in the transaction of this procedure. */
  emit(event: IntegrationEvent, at: Instant): void;
  /** Told to every listening thread once, after the commit that carries this procedure; never if it rolls back. */
  signal(topic: Signal): void;
}

export type Signal = 'outbox' | 'work' | 'timers' | 'notifications' | 'inbox' | 'webhooks' | 'chat';

export interface Procedure {
  (db: Db, args: never): unknown;
  /** See {@link together}. */
  readonly together?: (db: Db, asks: readonly never[]) => readonly unknown[];
  /** Rows, more or less, that one ask is about. */
  readonly weigh?: (ask: never) => number;
}
export type Procedures = Readonly<Record<string, Procedure>>;

export interface SqliteStore<W extends Procedures = Procedures, R extends Procedures = Procedures> {
  readonly name: string;
  readonly sql: URL;
  /** Run one after the other on the only writing connection; what one procedure writes is all kept or all undone. */
  readonly writes: W;
  /**
   * Run on a read-only connection, each at one instant: what its statements read fits together. They see every commit
   * acknowledged before they were asked.
   */
  readonly reads: R;
}

export function sqliteStore<W extends Procedures, R extends Procedures>(
  store: SqliteStore<W, R>,
): SqliteStore<W, R> {
  return store;
}

/**
 * A procedure that is asked so often that many of its asks wait for the same commit. It gets them all at once, in the
 * order in which they were asked and before whatever else waits, and answers each: what they have in common is then read
 * and written once.
 * @param weigh rows that an ask is about: of heavy ones not so many are given at once
 */
export function together<A, R>(
  perform: (db: Db, asks: readonly A[]) => readonly R[],
  weigh: (ask: A) => number = () => 1,
): ((db: Db, args: A) => R) & {
  readonly together: (db: Db, asks: readonly A[]) => readonly R[];
  readonly weigh: (ask: A) => number;
} {
  const alone = (db: Db, args: A): R => {
    const [answer] = perform(db, [args]);
    return answer as R;
  };
  return Object.assign(alone, { together: perform, weigh });
}

export type ArgsOf<P> = P extends (db: Db, args: infer A) => unknown ? A : never;
export type ResultOf<P> = P extends (db: Db, args: never) => infer R ? R : never;
