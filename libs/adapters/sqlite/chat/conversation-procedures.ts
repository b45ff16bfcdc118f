import type { Instant } from '#domain/kernel/brand.js';
import {
  type Conversation,
  type ConversationKind,
  type Member,
  MOST_MEMBERS,
  type Role,
} from '#domain/chat/model/conversation.js';
import type { Db } from '../engine/store.js';
import type { ConversationRow, MemberRow, MessageRow } from './chat-rows.js';
import { conversationOfId, unreadMentions } from './log-procedures.js';

/** A conversation with more members than this is large: see the table. */
export const SMALL_AT_MOST = 16;

export interface ChatRow {
  readonly conversation: ConversationRow;
  readonly member: MemberRow;
  readonly last: MessageRow | undefined;
  readonly unreadMentions: number;
}

interface Listed {
  readonly conversation: number;
  readonly moved: number;
}

export interface Whose {
  readonly conversation: string;
  readonly user: string;
}

export interface Opening {
  readonly conversation: Conversation;
  readonly members: readonly Member[];
}

/** Undefined if the id is another workspace's. */
function open(db: Db, args: Opening): { row: ConversationRow; created: boolean } | undefined {
  const { id, workspaceId: workspace, kind, pair, title, createdBy, createdAt } = args.conversation;
  const known = knownAs(db, args.conversation);
  if (known) return known.workspace_id === workspace ? { row: known, created: false } : undefined;
  const size = new Set(args.members.map(({ userId }) => userId)).size;
  const spread = size <= SMALL_AT_MOST ? 1 : 0;
  const moved = db.get<{ at: number }>('tick', { count: 1 })?.at ?? 0;
  const about = { kind, pair: pair ?? null, title: title ?? null, createdBy, createdAt };
  db.run('open', { id, workspace, ...about, size, spread, moved });
  const row = conversationOfId(db, id);
  if (!row) throw new Error(`Conversation ${id} was not kept.`);
  for (const member of args.members) add(db, row, member);
  return { row, created: true };
}

function knownAs(db: Db, { id, workspaceId: workspace, pair }: Conversation): ConversationRow | undefined {
  const known = conversationOfId(db, id);
  if (known || pair === undefined) return known;
  return db.get<ConversationRow>('conversationOfPair', { workspace, pair });
}

function add(db: Db, row: ConversationRow, member: Member): void {
  const { userId: user, role, joinedAt, deliveredSeq, readSeq, mutedUntil } = member;
  db.run('addMember', {
    no: row.no,
    user,
    workspace: row.workspace_id,
    role,
    joinedAt,
    deliveredSeq,
    readSeq,
    mutedUntil: mutedUntil ?? null,
    moved: row.spread === 1 ? row.moved : null,
  });
}

function rename(db: Db, args: { workspace: string; id: string; title: string }): null {
  db.run('rename', args);
  return null;
}

function putMember(db: Db, member: Member): 'put' | { readonly full: ConversationKind } {
  const row = conversationOfId(db, member.conversationId);
  if (!row) return 'put';
  const { no, seq, size, kind } = row;
  const { userId: user, role, mutedUntil } = member;
  if (db.run('changeMember', { no, user, role, mutedUntil: mutedUntil ?? null }) > 0) return 'put';
  if (size >= MOST_MEMBERS[kind]) return { full: kind };
  add(db, row, { ...member, deliveredSeq: seq, readSeq: seq });
  db.run('resize', { no, change: 1 });
  if (row.spread === 1 && size + 1 > SMALL_AT_MOST) {
    db.run('growLarge', { no });
    db.run('moveMembers', { no, moved: null });
  }
  return 'put';
}

export interface MemberChange extends Whose {
  readonly role: Role | undefined;
  readonly mutedUntil: Instant | null | undefined;
}

function changeMember(db: Db, { conversation, user, role, mutedUntil }: MemberChange): MemberRow | undefined {
  const no = conversationOfId(db, conversation)?.no;
  if (no === undefined) return undefined;
  if (role !== undefined) db.run('setRole', { no, user, role });
  if (mutedUntil !== undefined) db.run('setMute', { no, user, mutedUntil });
  return db.get<MemberRow>('member', { no, user });
}

function removeMember(db: Db, { conversation, user }: Whose): null {
  const no = conversationOfId(db, conversation)?.no;
  if (no !== undefined && db.run('removeMember', { no, user }) > 0) db.run('resize', { no, change: -1 });
  return null;
}

function find(db: Db, { workspace, id }: { workspace: string; id: string }): ConversationRow | undefined {
  const row = conversationOfId(db, id);
  return row?.workspace_id === workspace ? row : undefined;
}

function ofUser(
  db: Db,
  range: { workspace: string; user: string; before: number; limit: number },
): ChatRow[] {
  const listed = [...db.all<Listed>('smallOf', range), ...db.all<Listed>('largeOf', range)];
  const newest = listed.sort((a, b) => b.moved - a.moved).slice(0, range.limit);
  return newest.flatMap(({ conversation }) => chatOf(db, conversation, range.user) ?? []);
}

function chatOf(db: Db, no: number, user: string): ChatRow | undefined {
  const conversation = db.get<ConversationRow>('conversationNo', { no });
  const member = db.get<MemberRow>('member', { no, user });
  if (!conversation || !member) return undefined;
  const last = db.get<MessageRow>('backward', { no, before: conversation.seq + 1, limit: 1 });
  return { conversation, member, last, unreadMentions: unreadMentions(db, no, member) };
}

function member(db: Db, { conversation, user }: Whose): MemberRow | undefined {
  const no = conversationOfId(db, conversation)?.no;
  return no === undefined ? undefined : db.get<MemberRow>('member', { no, user });
}

function entered(
  db: Db,
  { workspace, id, user }: { workspace: string; id: string; user: string },
): { conversation: ConversationRow; member: MemberRow } | undefined {
  const conversation = find(db, { workspace, id });
  const row = conversation && db.get<MemberRow>('member', { no: conversation.no, user });
  return row && { conversation, member: row };
}

function members(db: Db, args: { conversation: string; after: string; limit: number }): MemberRow[] {
  const no = conversationOfId(db, args.conversation)?.no;
  const { after, limit } = args;
  return no === undefined ? [] : db.all<MemberRow>('members', { no, after, limit });
}

function userIds(db: Db, { conversation }: { conversation: string }): string[] {
  const no = conversationOfId(db, conversation)?.no;
  if (no === undefined) return [];
  return db.all<{ user_id: string }>('userIds', { no }).map(({ user_id: user }) => user);
}

export const conversationWrites = { open, rename, putMember, changeMember, removeMember };
export const conversationReads = { find, entered, ofUser, member, members, userIds };
