import type { Instant } from '#domain/kernel/brand.js';
import { advancedMarks, MOST_UNREAD_MENTIONS } from '#domain/chat/model/conversation.js';
import { loggedEvent } from '#domain/chat/model/logged.js';
import type { Position } from '#ports/chat/message-log.js';
import type { Db } from '../engine/store.js';
import { append } from './append-procedures.js';
import { type ConversationRow, type MemberRow, mentionsIn, messageOf, type MessageRow } from './chat-rows.js';

export interface MessageKey {
  readonly conversation: string;
  readonly id: string;
}

export interface ChangeArgs extends MessageKey {
  /** Has to be a member; null for whoever need not be one. */
  readonly by: string | null;
  /** Of the message that was decided upon. */
  readonly revBefore: number;
  readonly text: string;
  readonly extra: string | null;
  readonly pinned: 0 | 1;
  readonly announced: boolean;
}

export type ChangeAnswer =
  | { readonly kind: 'changed'; readonly rev: number }
  /** It is another one by now. */
  | { readonly kind: 'conflict'; readonly row: MessageRow };

export interface AdvanceArgs {
  readonly conversation: string;
  readonly user: string;
  readonly asked: { readonly deliveredSeq?: number; readonly readSeq?: number };
}

export interface AdvanceAnswer {
  readonly row: MemberRow;
  readonly moved: boolean;
  readonly seq: number;
  readonly unreadMentions: number;
}

export interface CatchUp {
  readonly messages: readonly MessageRow[];
  readonly changes: readonly MessageRow[];
  readonly position: Position;
  readonly more: boolean;
  readonly cutSeq?: number;
}

export function conversationOfId(db: Db, id: string): ConversationRow | undefined {
  return db.get<ConversationRow>('conversation', { id });
}

/** How many mentions lie behind the member's read mark, counted up to a bound. */
export function unreadMentions(db: Db, no: number, { user_id: user, read_seq: readSeq }: MemberRow): number {
  const params = { no, user, readSeq, most: MOST_UNREAD_MENTIONS };
  return db.get<{ count: number }>('unreadMentions', params)?.count ?? 0;
}

/** Undefined if the message is not there, or who changes it is no member any more. */
function change(db: Db, args: ChangeArgs): ChangeAnswer | undefined {
  const { conversation, id, by, revBefore, text, extra, pinned } = args;
  const log = conversationOfId(db, conversation);
  const row = log && db.get<MessageRow>('message', { no: log.no, id });
  if (!row || (by !== null && !db.get('member', { no: log.no, user: by }))) return undefined;
  if (row.rev !== revBefore) return { kind: 'conflict', row };
  const { no } = log;
  const rev = log.rev + 1;
  db.run('changeMessage', { id, rev, text, extra, pinned });
  db.run('takeRev', { no, rev });
  const placed = (user: string): [number, string, number] => [no, user, row.seq];
  const [before, after] = [mentionsIn(row.extra), mentionsIn(extra)];
  db.runEach('removeMention', before.filter((user) => !after.includes(user)).map(placed));
  db.runEach('addMention', after.filter((user) => !before.includes(user)).map(placed));
  if (args.announced)
    db.emit(
      loggedEvent(log.workspace_id, messageOf(conversation, { ...row, rev, text, extra })),
      row.sent_at,
    );
  db.signal('chat');
  return { kind: 'changed', rev };
}

function advance(db: Db, { conversation, user, asked }: AdvanceArgs): AdvanceAnswer | undefined {
  const log = conversationOfId(db, conversation);
  const before = log && db.get<MemberRow>('member', { no: log.no, user });
  if (!before) return undefined;
  const { no, seq } = log;
  const { delivered_seq: deliveredSeq, read_seq: readSeq } = before;
  const marks = advancedMarks({ deliveredSeq, readSeq }, asked, seq);
  const moved = marks.deliveredSeq > deliveredSeq || marks.readSeq > readSeq;
  if (moved) {
    db.run('setMarks', { no, user, ...marks });
    db.signal('chat');
  }
  const row = { ...before, delivered_seq: marks.deliveredSeq, read_seq: marks.readSeq };
  return { row, moved, seq, unreadMentions: unreadMentions(db, no, row) };
}

/** Of the conversation whose oldest message is the oldest of all, as much of its beginning as may go; then of the next. */
function cut(db: Db, { sentBefore, limit }: { sentBefore: Instant; limit: number }): number {
  let left = limit;
  while (left > 0) {
    const log = db.get<{ no: number; seq: number; cut_seq: number }>('oldest', { sentBefore });
    if (!log) break;
    left -= cutLog(db, log, sentBefore, left);
  }
  return limit - left;
}

function cutLog(
  db: Db,
  { no, seq, cut_seq: after }: { no: number; seq: number; cut_seq: number },
  sentBefore: Instant,
  limit: number,
): number {
  const rows = db.all<MessageRow>('forward', { no, after, before: seq + 1, limit: limit + 1 });
  const young = rows.findIndex((row) => row.sent_at >= sentBefore);
  const gone = rows.slice(0, young < 0 ? limit : Math.min(young, limit));
  const cutSeq = gone.at(-1)?.seq ?? after;
  db.runEach(
    'removeMention',
    gone.flatMap((row) => mentionsIn(row.extra).map((user) => [no, user, row.seq] as const)),
  );
  db.run('cutUpTo', { no, seq: cutSeq });
  db.run('ageLog', { no, cutSeq, oldestAt: rows[gone.length]?.sent_at ?? null });
  return gone.length;
}

/** All of it is read at one instant: a read procedure is one transaction. */
function since(
  db: Db,
  { conversation, from, limit }: { conversation: string; from: Position; limit: number },
): CatchUp {
  const log = conversationOfId(db, conversation);
  if (!log) return { messages: [], changes: [], position: from, more: false };
  const { no, seq, rev, cut_seq: cutSeq } = log;
  const messages = db.all<MessageRow>('forward', { no, after: from.seq, before: seq + 1, limit });
  const last = messages.at(-1)?.seq ?? Math.min(Math.max(from.seq, cutSeq), seq);
  const gap = from.seq < cutSeq ? { cutSeq } : {};
  // The rev stays behind until all messages are there: one that is told live meanwhile may be older than its last change.
  if (last < seq)
    return { messages, changes: [], position: { seq: last, rev: from.rev }, more: true, ...gap };
  const room = Math.max(0, limit - messages.length);
  const missed = db.all<MessageRow>('changedSince', { no, rev: from.rev, seq: from.seq, limit: room + 1 });
  const changes = missed.slice(0, room);
  const more = missed.length > room;
  const position = { seq: last, rev: more ? (changes.at(-1)?.rev ?? from.rev) : rev };
  return { messages, changes, position, more, ...gap };
}

function page(
  db: Db,
  args: { conversation: string; before: number; after: number | undefined; limit: number },
): MessageRow[] {
  const no = conversationOfId(db, args.conversation)?.no;
  if (no === undefined) return [];
  const { before, after, limit } = args;
  if (after !== undefined) return db.all<MessageRow>('forward', { no, after, before, limit });
  return db.all<MessageRow>('backward', { no, before, limit }).reverse();
}

function message(db: Db, { conversation, id }: MessageKey): MessageRow | undefined {
  const no = conversationOfId(db, conversation)?.no;
  return no === undefined ? undefined : db.get<MessageRow>('message', { no, id });
}

function sent(
  db: Db,
  { conversation, sender, clientId }: { conversation: string; sender: string; clientId: string },
): MessageRow | undefined {
  const no = conversationOfId(db, conversation)?.no;
  return no === undefined ? undefined : db.get<MessageRow>('sentBefore', { no, sender, clientId });
}

function pinned(db: Db, { conversation, limit }: { conversation: string; limit: number }): MessageRow[] {
  const no = conversationOfId(db, conversation)?.no;
  return no === undefined ? [] : db.all<MessageRow>('pinned', { no, limit }).reverse();
}

export const logWrites = { append, change, advance, cut };
export const logReads = { since, page, message, sent, pinned };
