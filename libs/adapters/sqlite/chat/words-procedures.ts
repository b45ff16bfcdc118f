import type { Db } from '../engine/store.js';

/** Messages whose words are written at once: together they cost half of what they do one by one, and some five milliseconds. */
export const PORTION = 256;
/** Characters of them, unless one has more. */
const MOST_TEXT = 128 * 1024;
/** Of the index, in pages of 4 KiB: a portion fills about fifteen, each of which is written again some six times as the index grows. */
const PUT_IN_ORDER = 128;

/** By the numbers of messages: the last one whose words are written, and the last one that there is. */
export interface WordsBehind {
  readonly upto: number;
  readonly last: number;
}

export interface WordsWritten extends WordsBehind {
  /** Something is left to be put in order. */
  readonly isUntidy: boolean;
}

export function wordsBehind(db: Db): WordsBehind {
  return db.get<WordsBehind>('wordsBehind') ?? { upto: 0, last: 0 };
}

/** The words of the messages that come next, and a step of putting the index in order. */
export function writeWords(db: Db): WordsWritten {
  const { upto, last } = wordsBehind(db);
  const to = endOfPortion(db, upto);
  if (to > upto) {
    db.run('writeWords', { upto, to });
    db.run('moveWords', { to });
  }
  return { upto: to, last, isUntidy: putInOrder(db) };
}

function endOfPortion(db: Db, upto: number): number {
  let to = upto;
  let size = 0;
  for (const next of db.all<{ no: number; size: number }>('withoutWords', { upto, limit: PORTION })) {
    size += next.size;
    if (to > upto && size > MOST_TEXT) break;
    to = next.no;
  }
  return to;
}

/** The command itself counts as one change, by SQLite's own account. */
function putInOrder(db: Db): boolean {
  const changes = (): number => db.get<{ count: number }>('changesSoFar')?.count ?? 0;
  const before = changes();
  db.run('putInOrder', { pages: PUT_IN_ORDER });
  return changes() - before > 1;
}
