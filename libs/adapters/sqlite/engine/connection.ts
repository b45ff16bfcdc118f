import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Instant } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { CommitBook } from './commit-book.js';
import type { Db, Signal, SqliteStore, SqlParams, SqlValue } from './store.js';
import { readQueries } from './queries.js';

/** Of a write-ahead log that was longer for once, what stays when it is begun anew (bytes). */
const LOG_STAYS = 32 * 1024 * 1024;
/** Page cache of each connection in KiB. SQLite fills it as it reads: an idle connection pays nothing. */
const CACHE_KIB = 65_536;

export function openWriter(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5000 });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
           PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = ${LOG_STAYS};`);
  return db;
}

export function openReader(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  db.exec(`PRAGMA cache_size = -${CACHE_KIB / 4}; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;`);
  return db;
}

/** Whatever is committed meanwhile, all that `perform` reads is as it was when it read first. */
export function inOneSnapshot<T>(db: DatabaseSync, perform: () => T): T {
  db.exec('BEGIN');
  try {
    return perform();
  } finally {
    if (db.isTransaction) db.exec('COMMIT');
  }
}

/** The statements of one store on one connection, prepared when first used. */
export class StoreConnection implements Db {
  readonly #db: DatabaseSync;
  readonly #queries: Map<string, string>;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #signals: Set<Signal>;
  readonly #book: CommitBook;
  #append: StatementSync | undefined;

  constructor(db: DatabaseSync, store: SqliteStore, signals: Set<Signal>, book: CommitBook) {
    this.#db = db;
    this.#queries = readQueries(store.sql);
    this.#signals = signals;
    this.#book = book;
  }

  run(query: string, params: SqlParams = {}): number {
    return Number(this.#statement(query).run(params).changes);
  }

  runEach(query: string, rows: readonly (readonly SqlValue[])[]): number {
    const statement = this.#statement(query);
    let changes = 0;
    for (const row of rows) changes += Number(statement.run(...row).changes);
    return changes;
  }

  get<Row>(query: string, params: SqlParams = {}): Row | undefined {
    return this.#statement(query).get(params) as Row | undefined;
  }

  all<Row>(query: string, params: SqlParams = {}): Row[] {
    return this.#statement(query).all(params) as Row[];
  }

  addAtCommit(query: string, row: SqlParams, deltas: Readonly<Record<string, number>>): void {
    this.#book.add(`${query} ${Object.values(row).join(' ')}`, deltas, (sums) =>
      this.run(query, { ...row, ...sums }),
    );
  }

  atCommit(name: string, task: () => void): void {
    this.#book.end(name, task);
  }

  emit(event: IntegrationEvent, at: Instant): void {
    this.#append ??= this.#db.prepare('INSERT INTO outbox (at, workspace_id, payload) VALUES (?, ?, ?)');
    this.#append.run(at, event.workspaceId, JSON.stringify(event));
    this.signal('outbox');
  }

  signal(topic: Signal): void {
    this.#signals.add(topic);
  }

  #statement(query: string): StatementSync {
    const known = this.#prepared.get(query);
    if (known) return known;
    const sql = this.#queries.get(query);
    if (sql === undefined) throw new Error(`No query is named ${query}`);
    const statement = this.#db.prepare(sql);
    this.#prepared.set(query, statement);
    return statement;
  }
}
