import { DatabaseSync } from 'node:sqlite';
import { STATUSES } from './ledger-file.js';

/** A value as DynamoDB has it on the wire. */
interface Value {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly L?: readonly Value[];
  readonly M?: Readonly<Record<string, Value>>;
}
export type WireItem = Readonly<Record<string, Value>>;

/**
 * Writes the ledger that stands in the one table into a file like the embedded target leaves one, so that the same checker
 * reads both. What stands where is told by docs/dynamodb.md, and read again here, on purpose, and not taken from the product.
 */
export function writeLedgerFile(items: readonly WireItem[], file: string): void {
  const db = new DatabaseSync(file);
  const counters = STATUSES.map((status) => `${status} INTEGER`).join(', ');
  db.exec(`BEGIN;
    CREATE TABLE dispatches (no INTEGER PRIMARY KEY, id TEXT UNIQUE, ${counters});
    CREATE TABLE deliveries (key INTEGER PRIMARY KEY, address TEXT, status INTEGER, attempts INTEGER, provider TEXT, history TEXT);
    CREATE TABLE intents (key TEXT);`);
  const numbers = writeDispatches(db, items);
  const insert = db.prepare('INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?)');
  for (const item of items) {
    if (!isRow(item)) continue;
    const no = numbers.get(text(item['dispatchId'])) ?? 0;
    insert.run(
      no * 2 ** 24 + number(item['ordinal']),
      text(item['address']),
      STATUSES.indexOf(text(item['status'])) + 2,
      number(item['attempts']),
      text(item['provider']),
      item['history'] === undefined ? null : JSON.stringify(plain(item['history'])),
    );
  }
  const intents = items.filter(({ pk, sk }) => text(pk).startsWith('PCL#') && text(sk).startsWith('INT#'));
  for (const { sk } of intents) db.prepare('INSERT INTO intents VALUES (?)').run(text(sk));
  db.exec('COMMIT');
  db.close();
}

/** @returns their numbers in the file by their ids */
function writeDispatches(db: DatabaseSync, items: readonly WireItem[]): ReadonlyMap<string, number> {
  const ids = items
    .filter((item) => text(item['sk']) === 'META' && /^DSP#[^#]+$/.test(text(item['pk'])))
    .map((item) => text(item['pk']).slice('DSP#'.length));
  const names = [...STATUSES.keys()].map(() => '?').join(', ');
  const insert = db.prepare(`INSERT INTO dispatches VALUES (?, ?, ${names})`);
  for (const [at, id] of ids.entries()) {
    const shards = items.filter((item) => text(item['pk']).startsWith(`DSP#${id}#S#`));
    const sums = STATUSES.map((status) => shards.reduce((sum, shard) => sum + number(shard[status]), 0));
    insert.run(at + 1, id, ...sums);
  }
  return new Map(ids.map((id, at) => [id, at + 1]));
}

function isRow(item: WireItem): boolean {
  return /^DSP#[^#]+#R#/.test(text(item['pk']));
}

function text(value: Value | undefined): string {
  return value?.S ?? '';
}

function number(value: Value | undefined): number {
  return Number(value?.N ?? 0);
}

function plain(value: Value | undefined): unknown {
  if (value === undefined || value.NULL) return null;
  if (value.L) return value.L.map(plain);
  if (value.M) return Object.fromEntries(Object.entries(value.M).map(([name, one]) => [name, plain(one)]));
  return value.S ?? (value.N === undefined ? value.BOOL : Number(value.N));
}
