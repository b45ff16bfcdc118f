import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable, Transacted, Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key, ttlAt } from '../engine/keys.js';
import { TimeNumbers } from '../engine/time-numbers.js';
import { Turns } from '../engine/turns.js';

/** Logs beside one another. Of each there is one change at a time, so as many transactions as there are logs go on at once. */
const LOGS = 32;
/** Followers are some seconds behind. Whoever was away for longer than this reads what there is. */
const KEPT_MS = 24 * 60 * 60_000;
/** A link that is missing for longer than this has lapsed; before, it is being written. */
const PATIENCE_MS = 10_000;
const FORMAT = 36;

interface HeadItem extends Key {
  readonly last: number;
}

/** That an item has changed. `before` is the number of the change before it in its log. */
export interface ChangeEntry extends Key {
  readonly log: number;
  readonly no: number;
  readonly before: number;
  readonly at: number;
  readonly workspaceId: string;
  readonly id: string;
}

/** Whose change is to be told. */
export interface Changed {
  readonly workspaceId: string;
  readonly id: string;
}

/** Up to which change of each log. */
export type Cursor = readonly number[];

/**
 * Every change of every inbox, in several logs, each of them a chain. The head of a log is in the transaction of each of its
 * changes: what has a higher number was committed later. A reader that finds a link missing does not go past it, so whoever
 * follows misses nothing, whichever part of a transaction they come to see first.
 */
export class InboxLog {
  readonly #table: DynamoTable;
  readonly #clock: Clock;
  readonly #numbers: TimeNumbers;
  readonly #turns = new Turns();
  /** The last number of each log, as far as we know. */
  readonly #heads = new Map<number, number>();
  #turn = 0;

  constructor(table: DynamoTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#numbers = new TimeNumbers(clock);
    this.#turn = clock.now() % LOGS;
  }

  /** One that is not being written here, if there is one. */
  choose(): number {
    for (let tries = 0; tries < LOGS; tries += 1) {
      this.#turn = (this.#turn + 1) % LOGS;
      if (!this.#turns.isTaken(String(this.#turn))) break;
    }
    return this.#turn;
  }

  /**
   * Commits `writes`, of which the i-th change has the number `first + i`, with what tells of them.
   * @param changed at most one for each item
   */
  commit(
    log: number,
    changed: readonly Changed[],
    writes: (first: number) => readonly Write[],
  ): Promise<Transacted> {
    return this.#turns.take(String(log), async () => {
      for (;;) {
        const before = await this.#headOf(log);
        const first = this.#numbers.next(changed.length, before);
        const own = writes(first);
        // Known again when we are told: of a failure nobody knows what it has left.
        this.#heads.delete(log);
        const done = await this.#table.transact([
          ...own,
          ...this.#entries(log, before, first, changed),
          this.#moved(log, before, first + changed.length - 1),
        ]);
        const isBehind = done.kind === 'refused' && done.by.has(own.length + changed.length);
        if (isBehind) continue;
        this.#heads.set(log, done.kind === 'done' ? first + changed.length - 1 : before);
        return done;
      }
    });
  }

  /** The oldest first, no more than so many. */
  async after(cursor: Cursor, limit: number): Promise<ChangeEntry[]> {
    const heads = await this.last();
    const moved = [...heads.entries()].filter(([log, last]) => last > (cursor[log] ?? 0));
    const found = await Promise.all(moved.map(([log]) => this.#chain(log, cursor[log] ?? 0, limit)));
    return found
      .flat()
      .sort((a, b) => a.no - b.no || a.log - b.log)
      .slice(0, limit);
  }

  async last(): Promise<Cursor> {
    const logs = [...Array(LOGS).keys()];
    const heads = await this.#table.getAll<HeadItem>(logs.map(headPlace));
    const byPlace = new Map(heads.map(({ pk, last }) => [pk, last]));
    return logs.map((log) => byPlace.get(headPlace(log).pk) ?? 0);
  }

  async #chain(log: number, after: number, limit: number): Promise<ChangeEntry[]> {
    const from = key(after + 1);
    const entries = await this.#table.list<ChangeEntry>({ pk: key('INBOXLOG', log), from, limit });
    const old = this.#clock.now() - PATIENCE_MS;
    let last = after;
    const missing = entries.findIndex(({ no, before, at }) => {
      const isMissing = before !== last && at > old;
      last = no;
      return isMissing;
    });
    return missing < 0 ? entries : entries.slice(0, missing);
  }

  async #headOf(log: number): Promise<number> {
    const known = this.#heads.get(log);
    if (known !== undefined) return known;
    return (await this.#table.get<HeadItem>(headPlace(log)))?.last ?? 0;
  }

  #moved(log: number, before: number, last: number): Write {
    const same = before === 0 ? when`attribute_not_exists(pk)` : when`#last = ${before}`;
    return { kind: 'put', item: { ...headPlace(log), last }, if: same };
  }

  #entries(log: number, before: number, first: number, changed: readonly Changed[]): Write[] {
    const at = this.#clock.now();
    return changed.map(({ workspaceId, id }, i) => {
      const no = first + i;
      const entry = { log, no, before: i === 0 ? before : no - 1, at, workspaceId, id };
      const place = { pk: key('INBOXLOG', log), sk: key(no) };
      return { kind: 'put', item: { ...place, ...entry, ttl: ttlAt(at + KEPT_MS) } };
    });
  }
}

function headPlace(log: number): Key {
  return { pk: key('INBOXLOGHEAD', log), sk: 'HEAD' };
}

export function writeCursor(cursor: Cursor): string {
  return cursor.map((no) => no.toString(FORMAT)).join('.');
}

/** One that was never given follows from the beginning. */
export function readCursor(text: string): number[] {
  const numbers = text.split('.').map((no) => parseInt(no, FORMAT));
  return [...Array(LOGS).keys()].map((log) => (Number.isSafeInteger(numbers[log]) ? (numbers[log] ?? 0) : 0));
}
