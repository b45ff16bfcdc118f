import { DatabaseSync } from 'node:sqlite';

/** By table. */
export type Tables = Readonly<Record<string, string>>;

/** Answers are kept under their Idempotency-Key, refusals too, and a look at the health writes. */
const NOBODYS_BUSINESS = new Set(['idempotent_requests', 'storage_probes', 'sqlite_sequence']);
/** Read by what matters of them: workers take up and put back what waits, all the time. */
const OF_MESSAGES: Readonly<Record<string, string>> = {
  parcels:
    'SELECT lane, dispatch_no, sum(size) FROM parcels GROUP BY lane, dispatch_no ORDER BY lane, dispatch_no',
  deliveries: 'SELECT key, status, address, provider FROM deliveries ORDER BY key',
  dispatches: 'SELECT id, control, sealed, next_ordinal FROM dispatches ORDER BY no',
  captured_mails: 'SELECT * FROM captured_mails',
  intents: 'SELECT * FROM intents',
  outbox: 'SELECT * FROM outbox',
};

/** What the server has stored, read past it: what it does not show counts as well. */
export class StoredState {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true });
  }

  /** What waits, what was sent, what was captured, and the events to come of it. */
  messages(): Tables {
    return Object.fromEntries(
      Object.entries(OF_MESSAGES).map(([table, query]) => [table, this.#read(query)]),
    );
  }

  /** All the rest. */
  things(): Tables {
    const tables = this.#database
      .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
      .all()
      .map(({ name }) => String(name))
      .filter((name) => !NOBODYS_BUSINESS.has(name) && !(name in OF_MESSAGES));
    return Object.fromEntries(tables.map((table) => [table, this.#read(`SELECT * FROM ${table}`)]));
  }

  close(): void {
    this.#database.close();
  }

  #read(query: string): string {
    // When a key was last used is no doing of a row's.
    return JSON.stringify(this.#database.prepare(query).all(), (name, value: unknown) =>
      name === 'last_used_at' ? undefined : value,
    );
  }
}
