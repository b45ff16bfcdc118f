import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { writeChat } from './chat-of-table.js';
import { writeCommunication } from './communication-of-table.js';
import { STATUSES } from './ledger-file.js';
import { number, plain, text, type WireItem } from './wire-item.js';

/**
 * Writes what stands in the one table into a file like the embedded target leaves one, so that the same checker reads
 * both. What stands where is told by docs/dynamodb.md, and read again here, on purpose, and not taken from the product.
 */
export function writeLedgerFile(items: readonly WireItem[], file: string): void {
  rmSync(file, { force: true });
  const db = new DatabaseSync(file);
  const counters = STATUSES.map((status) => `${status} INTEGER`).join(', ');
  db.exec(`PRAGMA synchronous = OFF; BEGIN;
    CREATE TABLE dispatches (no INTEGER PRIMARY KEY, id TEXT UNIQUE, control TEXT, ${counters});
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
  writeCommunication(db, items);
  writeChat(db, items);
  db.exec('COMMIT');
  db.close();
}

/** @returns their numbers in the file by their ids */
function writeDispatches(db: DatabaseSync, items: readonly WireItem[]): ReadonlyMap<string, number> {
  const metas = items.filter((item) => text(item['sk']) === 'META' && /^DSP#[^#]+$/.test(text(item['pk'])));
  const ids = metas.map((item) => text(item['pk']).slice('DSP#'.length));
  const shardsOf = Map.groupBy(items, (item) => /^DSP#([^#]+)#S#/.exec(text(item['pk']))?.[1]);
  const names = [...STATUSES.keys()].map(() => '?').join(', ');
  const insert = db.prepare(`INSERT INTO dispatches VALUES (?, ?, ?, ${names})`);
  for (const [at, id] of ids.entries()) {
    const shards = shardsOf.get(id) ?? [];
    const sums = STATUSES.map((status) => shards.reduce((sum, shard) => sum + number(shard[status]), 0));
    insert.run(at + 1, id, text(metas[at]?.['control']), ...sums);
  }
  return new Map(ids.map((id, at) => [id, at + 1]));
}

function isRow(item: WireItem): boolean {
  return /^DSP#[^#]+#R#/.test(text(item['pk']));
}
