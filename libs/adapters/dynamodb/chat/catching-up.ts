import { when } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import type { Message } from '#domain/chat/model/message.js';
import type { CaughtUp, Position } from '#ports/chat/message-log.js';
import { type MessageItem, messageOf, type MetaItem, type PlaceItem } from './chat-items.js';
import { logPartition, messageKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';

/** Retention may cut while we read: then it is read again. Nothing else makes a hole. */
const MOST_TRIES = 20;

/**
 * A query may see half of a transaction, a single item is seen before or after it. So the end of the log is read first: what
 * lies before it was committed then, and every item of it is there.
 */
async function consistently<T>(
  chat: ChatTable,
  conversationId: string,
  read: (meta: MetaItem) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const meta = await chat.meta(conversationId);
    if (!meta) return undefined;
    const found = await read(meta);
    if (found !== undefined) return found;
  }
  throw new Error(`The log of ${conversationId} has a hole.`);
}

export async function since(
  chat: ChatTable,
  conversationId: string,
  from: Position,
  limit: number,
): Promise<CaughtUp> {
  const found = await consistently(chat, conversationId, async (meta) => {
    const { seq, rev, cutSeq } = meta;
    const first = Math.max(from.seq, cutSeq) + 1;
    const messages = await stretch(chat, conversationId, { first, last: seq, limit });
    if (!messages) return undefined;
    const last = messages.at(-1)?.seq ?? Math.min(first - 1, seq);
    const cut = from.seq < cutSeq ? { cutSeq } : {};
    // Changes of what is still to come arrive with it: they are shown when all messages are there.
    if (last < seq)
      return { messages, changes: [], position: { seq: last, rev: from.rev }, more: true, ...cut };
    const room = Math.max(0, limit - messages.length);
    const missed = await changed(chat, conversationId, { from, rev, room });
    const more = missed.places.length > room;
    const shownUpTo = missed.places.slice(0, room).at(-1)?.rev ?? from.rev;
    const position = { seq: last, rev: more ? shownUpTo : rev };
    return { messages, changes: missed.messages, position, more, ...cut };
  });
  return found ?? { messages: [], changes: [], position: from, more: false };
}

export async function page(
  chat: ChatTable,
  conversationId: string,
  range: { readonly before?: number; readonly after?: number; readonly limit: number },
): Promise<readonly Message[]> {
  const { before = Infinity, after, limit } = range;
  const found = await consistently(chat, conversationId, ({ seq, cutSeq }) => {
    const first = Math.max(after ?? 0, cutSeq) + 1;
    const last = Math.min(before - 1, seq);
    return stretch(chat, conversationId, { first, last, limit, descending: after === undefined });
  });
  return found ?? [];
}

interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly limit: number;
  readonly descending?: boolean;
}

/** Ascending, as many as there have to be; undefined if they are not all there any more. */
async function stretch(
  chat: ChatTable,
  conversationId: string,
  { first, last, limit, descending = false }: Stretch,
): Promise<Message[] | undefined> {
  const count = Math.min(limit, last - first + 1);
  if (count <= 0) return [];
  const items = await chat.table.list<MessageItem>({
    pk: logPartition(conversationId),
    from: key('MSG', first),
    to: key('MSG', last),
    limit: count,
    descending,
  });
  if (descending) items.reverse();
  const begin = descending ? last - count + 1 : first;
  if (items.length < count || items[0]?.seq !== begin) return undefined;
  return items.map((item) => messageOf(conversationId, item));
}

interface Changes {
  /** One more than there is room for, if there are more. */
  readonly places: readonly { readonly seq: number; readonly rev: number }[];
  readonly messages: readonly Message[];
}

/** What was changed again while it is read is left out: its new number lies behind the end that was read first. */
async function changed(
  chat: ChatTable,
  conversationId: string,
  { from, rev, room }: { readonly from: Position; readonly rev: number; readonly room: number },
): Promise<Changes> {
  if (from.rev >= rev) return { places: [], messages: [] };
  const range = { from: key('REV', from.rev + 1), to: key('REV', rev) };
  const items = await chat.table.list<PlaceItem>({
    pk: logPartition(conversationId),
    ...range,
    filter: when`#seq <= ${from.seq}`,
    limit: room + 1,
  });
  const places = items.map(({ sk, seq }) => ({ seq, rev: Number(sk.slice(sk.indexOf('#') + 1)) }));
  const shown = places.slice(0, room);
  const found = await chat.table.getAll<MessageItem>(shown.map(({ seq }) => messageKey(conversationId, seq)));
  const revs = new Map(shown.map((place) => [place.seq, place.rev]));
  const messages = found
    .filter((item) => revs.get(item.seq) === item.rev)
    .sort((a, b) => a.rev - b.rev)
    .map((item) => messageOf(conversationId, item));
  return { places, messages };
}
