import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { parseUserId } from '#domain/kernel/user-id.js';
import { type Term, wordsOf } from './words.js';

/** What somebody looks for: messages to which all of it applies. */
export interface SearchQuery {
  readonly terms: readonly Term[];
  /** A user who wrote it. */
  readonly from?: string;
  /** Sent then or later. */
  readonly sentFrom?: Instant;
  /** Sent before. */
  readonly sentBefore?: Instant;
  readonly hasAttachment: boolean;
  /** Only in this conversation. */
  readonly conversationId?: string;
}

/** UTF-16 units. */
const LONGEST_QUERY = 500;
const MOST_TERMS = 16;
/** Of each an index has to gather every word that begins so. */
const MOST_PREFIXES = 4;

/** The same query as it is read, part by part. */
interface Reading {
  terms: Term[];
  from?: string;
  sentFrom?: Instant;
  sentBefore?: Instant;
  hasAttachment?: boolean;
  conversationId?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const FILTERS = ['from', 'before', 'after', 'has', 'in'] as const;
type Filter = (typeof FILTERS)[number];

/**
 * Reads `words "a phrase" begin* from:user before:2026-01-31 after:2026-01-01 has:attachment in:cnv_…`. Whatever else
 * stands there is no language: it parts words, as it does in messages.
 * @throws Refusal `validation_failed`
 */
export function parseSearchQuery(text: string): SearchQuery {
  if (text.length > LONGEST_QUERY)
    throw refused(`What is looked for is at most ${LONGEST_QUERY} characters long.`);
  const reading: Reading = { terms: [] };
  for (const part of partsOf(text)) readPart(reading, part);
  if (reading.terms.length > MOST_TERMS) throw refused(`At most ${MOST_TERMS} words and phrases at once.`);
  if (reading.terms.filter(({ isPrefix }) => isPrefix).length > MOST_PREFIXES)
    throw refused(`At most ${MOST_PREFIXES} beginnings of words at once.`);
  return { ...reading, hasAttachment: reading.hasAttachment ?? false };
}

/**
 * A date alone would have all that was ever written looked through.
 * @throws Refusal `validation_failed`
 */
export function mustLookForSomething({ terms, from, hasAttachment, conversationId }: SearchQuery): void {
  if (terms.length === 0 && from === undefined && !hasAttachment && conversationId === undefined)
    throw refused('Say a word to look for, or from:, has:attachment or in: which conversation.');
}

/** A phrase in its quotes, or what stands between spaces. Quotes that are never closed close at the end. */
function* partsOf(text: string): Generator<string> {
  for (const [part] of text.matchAll(/"[^"]*"?\*?|[^\s"]+/gu)) yield part;
}

function readPart(reading: Reading, part: string): void {
  const [, name = '', value = ''] = /^([a-z]+):(.+)$/i.exec(part) ?? [];
  const filter = FILTERS.find((one) => one === name.toLowerCase());
  if (filter) return readFilter(reading, filter, value);
  const words = [...wordsOf(part)].map(({ word }) => word);
  if (words.length === 0) return;
  const isPrefix = part.endsWith('*');
  if (isPrefix && !saysSomething(words.at(-1) ?? ''))
    throw refused('The beginning of a word has at least two letters.');
  reading.terms.push({ words, isPrefix });
}

/** Every twentieth word begins with the same letter, but not where a letter is half a word (those have no capitals). */
function saysSomething(beginning: string): boolean {
  return [...beginning].length > 1 || /\p{Lo}/u.test(beginning);
}

function readFilter(reading: Reading, filter: Filter, value: string): void {
  switch (filter) {
    case 'from':
      reading.from = once(filter, reading.from, parseUserId(value) ?? wrong(filter, 'a user'));
      return;
    case 'before':
      reading.sentBefore = once(filter, reading.sentBefore, instantIn(value) ?? wrong(filter, A_DATE));
      return;
    case 'after':
      reading.sentFrom = once(filter, reading.sentFrom, instantIn(value) ?? wrong(filter, A_DATE));
      return;
    case 'has':
      if (!/^attachments?$/i.test(value)) wrong(filter, 'attachment');
      reading.hasAttachment = true;
      return;
    case 'in':
      reading.conversationId = once(filter, reading.conversationId, value);
  }
}

const A_DATE = 'a date such as 2026-01-31, or a time such as 2026-01-31T13:05Z,';

/** A day is where it begins in UTC. */
function instantIn(text: string): Instant | undefined {
  if (!DAY.test(text) && !TIME.test(text)) return undefined;
  const at = Date.parse(text);
  // The 31st of February is not in March.
  const isThere = DAY.test(text) ? new Date(at || 0).toISOString().startsWith(text) : true;
  return Number.isNaN(at) || !isThere ? undefined : at;
}

function once<T>(filter: Filter, before: T | undefined, value: T): T {
  if (before !== undefined) throw refused(`${filter}: can be given once.`);
  return value;
}

function wrong(filter: Filter, what: string): never {
  throw refused(`Behind ${filter}: stands ${what} and nothing else.`);
}

function refused(detail: string): Refusal {
  return new Refusal('validation_failed', detail, {
    faults: [{ pointer: 'q', code: 'invalid_query', detail }],
  });
}
