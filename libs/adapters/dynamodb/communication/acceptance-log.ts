import type { Notification } from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { key, type Key } from '../engine/keys.js';
import { packed, unpacked } from '../engine/packed-text.js';
import type { TimeNumbers } from '../engine/time-numbers.js';

/** Whoever is still at it has had time enough. Two that are at one do no harm: each notification is accepted once. */
const ABANDONED_AFTER_MS = 15_000;
const AT_ONCE = 10;
const PARTITION = 'NTFACCEPTING';

interface EntryItem extends Key {
  readonly at: number;
  readonly pieces: number;
}

export interface Accepting {
  readonly notifications: readonly Notification[];
  readonly limits: readonly QuotaLimit[];
}

/** Calls that are too large for one transaction, from when they are accepted to when all of it is done. */
export class AcceptanceLog {
  readonly #table: DynamoTable;
  readonly #clock: Clock;
  readonly #numbers: TimeNumbers;

  constructor(table: DynamoTable, clock: Clock, numbers: TimeNumbers) {
    this.#table = table;
    this.#clock = clock;
    this.#numbers = numbers;
  }

  /** Durable with its last write: before, nobody sees anything of it. */
  async write(notifications: readonly Notification[], limits: readonly QuotaLimit[]): Promise<EntryItem> {
    const accepting: Accepting = { notifications, limits };
    const pieces = await packed(JSON.stringify(accepting));
    const name = key(this.#numbers.next(), notifications[0]?.order.id ?? '');
    const entry = { pk: PARTITION, sk: name, at: this.#clock.now(), pieces: pieces.length };
    await this.#table.writeAll(pieces.map((piece, at) => ({ put: { ...piecePlace(entry, at), at, piece } })));
    await this.#table.put({ ...entry });
    return entry;
  }

  async forget(entry: EntryItem): Promise<void> {
    await this.#table.delete(entry);
    const places = Array.from({ length: entry.pieces }, (_, at) => ({ delete: piecePlace(entry, at) }));
    await this.#table.writeAll(places);
  }

  /** Of those that nobody is at any more the oldest. */
  async abandoned(): Promise<(Accepting & { readonly entry: EntryItem })[]> {
    const old = this.#clock.now() - ABANDONED_AFTER_MS;
    const entries = await this.#table.list<EntryItem>({ pk: PARTITION, limit: AT_ONCE });
    const left = await Promise.all(entries.filter(({ at }) => at <= old).map((entry) => this.#read(entry)));
    return left.flatMap((one) => one ?? []);
  }

  async #read(entry: EntryItem): Promise<(Accepting & { readonly entry: EntryItem }) | undefined> {
    const places = Array.from({ length: entry.pieces }, (_, at) => piecePlace(entry, at));
    const found = await this.#table.getAll<Key & { at: number; piece: Uint8Array }>(places);
    // Somebody has just finished it.
    if (found.length < places.length) return undefined;
    const pieces = found.sort((a, b) => a.at - b.at).map(({ piece }) => piece);
    return { ...(JSON.parse(await unpacked(pieces)) as Accepting), entry };
  }
}

function piecePlace({ sk }: Key, at: number): Key {
  return { pk: key('NTFACCEPTINGPIECE', sk), sk: key(at) };
}
