import type { Instant } from '#domain/kernel/brand.js';
import type { SearchQuery } from '#domain/chat/model/search-query.js';
import { type Db, sqliteStore } from '../engine/store.js';
import type { MessageRow } from './chat-rows.js';
import { matchOf } from './match-of.js';
import { wordsBehind, writeWords } from './words-procedures.js';

export interface SearchArgs {
  readonly workspace: string;
  readonly user: string;
  readonly query: SearchQuery;
  /** The number below which to look. */
  readonly before: number;
  readonly limit: number;
  /** Looked through at most. */
  readonly effort: number;
}

export interface SearchAnswer {
  readonly rows: readonly (MessageRow & { readonly no: number; readonly conversation: string })[];
  /** Where to go on; null if there is nothing more. */
  readonly next: number | null;
}

interface Match {
  readonly no: number;
  readonly conversation: number;
  readonly sent_at: Instant;
}

/** Messages are numbered as they come, which is nearly as they are sent: clocks may be wrong, but not for so long. */
const CLOCKS_DIFFER_MS = 3_600_000;
/** Read at once: few at first, which are enough where most that match are the user's own. */
const FIRST_BATCH = 100;
const BATCH = 2_000;

/** Membership is read here, at the instant at which everything else is. */
function search(db: Db, args: SearchArgs): SearchAnswer {
  const mine = conversationsIn(db, args);
  const match = matchOf(args.query, [...mine]);
  if (match === undefined) return { rows: [], next: null };
  const { sentFrom = -Infinity, sentBefore = Infinity } = args.query;
  const applies = ({ conversation, sent_at: at }: Match): boolean =>
    mine.has(conversation) && at >= sentFrom && at < sentBefore;
  const found: Match[] = [];
  let before = Math.min(args.before, endOf(db, sentBefore));
  for (let left = args.effort, limit = FIRST_BATCH; left > 0; left -= limit, limit = BATCH) {
    const matches = db.all<Match>('matching', { match, before, limit: Math.min(limit, left) });
    found.push(...matches.filter(applies));
    const last = matches.at(-1);
    const isOver = !last || matches.length < Math.min(limit, left) || isLongBefore(last, sentFrom);
    if (found.length > args.limit) return page(db, found.slice(0, args.limit));
    if (isOver) return { ...page(db, found), next: null };
    before = last.no;
  }
  return { ...page(db, found), next: before };
}

function page(db: Db, found: readonly Match[]): SearchAnswer {
  const rows = found.flatMap(({ no }) => db.get<SearchAnswer['rows'][number]>('message', { no }) ?? []);
  return { rows, next: found.at(-1)?.no ?? null };
}

/** Where the user may look. */
function conversationsIn(db: Db, { workspace, user, query }: SearchArgs): ReadonlySet<number> {
  const mine = new Set(db.all<{ no: number }>('conversationsOf', { workspace, user }).map(({ no }) => no));
  if (query.conversationId === undefined) return mine;
  const only = db.get<{ no: number }>('conversation', { id: query.conversationId })?.no;
  return new Set(only !== undefined && mine.has(only) ? [only] : []);
}

function isLongBefore({ sent_at: at }: Match, sentFrom: Instant): boolean {
  return at < sentFrom - CLOCKS_DIFFER_MS;
}

/** The first number of those that were sent long after an instant, found by halves. */
function endOf(db: Db, sentBefore: Instant): number {
  if (sentBefore === Infinity) return Number.MAX_SAFE_INTEGER;
  let low = 0;
  let high = (db.get<{ no: number | null }>('lastNo')?.no ?? 0) + 1;
  while (low < high) {
    const no = Math.floor((low + high) / 2);
    const at = db.get<Match>('sentAtOrAfter', { no })?.sent_at ?? Infinity;
    if (at >= sentBefore + CLOCKS_DIFFER_MS) high = no;
    else low = no + 1;
  }
  return low;
}

export const searchStore = sqliteStore({
  name: 'chat-search',
  sql: new URL('./search.sql', import.meta.url),
  writes: { writeWords },
  reads: { search, wordsBehind },
});
