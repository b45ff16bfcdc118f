import { Refusal } from '#domain/kernel/refusal.js';
import type { Conversation, Member } from '#domain/chat/model/conversation.js';
import { MOST_IN_TRANSACTION, type Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import type { Item } from '../engine/keys.js';
import {
  conversationOf,
  type EntryItem,
  memberItem,
  type MetaItem,
  type PairItem,
  SMALL_AT_MOST,
} from './chat-items.js';
import { entryKey, metaKey, pairKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';

interface Opened {
  readonly conversation: Conversation;
  readonly created: boolean;
}

/** The crowd of those who were written in one transaction with their conversation. */
const AT_ONCE = '0';

/** @throws Refusal `already_exists` */
export async function openConversation(
  chat: ChatTable,
  conversation: Conversation,
  members: readonly Member[],
): Promise<Opened> {
  for (;;) {
    const known = await knownAs(chat, conversation);
    if (known && known.workspaceId !== conversation.workspaceId)
      throw new Refusal('already_exists', 'This id is taken.');
    if (known) return { conversation: conversationOf(known), created: false };
    if (await make(chat, conversation, members)) return { conversation, created: true };
  }
}

async function knownAs(
  chat: ChatTable,
  { id, workspaceId, pair }: Conversation,
): Promise<MetaItem | undefined> {
  const known = await chat.meta(id);
  if (known || pair === undefined) return known;
  const of = (await chat.table.get<PairItem>(pairKey(workspaceId, pair)))?.conversationId;
  return of === undefined ? undefined : chat.meta(of);
}

/**
 * False if somebody else came first. Members of a large one do not fit into the transaction that makes it: they are written
 * before, in a crowd that nobody knows of until then. If we die in between, nobody ever does.
 */
async function make(chat: ChatTable, conversation: Conversation, given: readonly Member[]): Promise<boolean> {
  const members = [...new Map(given.map((member) => [member.userId, member])).values()];
  const fits = members.length * 2 + 2 <= MOST_IN_TRANSACTION;
  const crowd = fits ? AT_ONCE : Buffer.from(chat.randomness.bytes(12)).toString('base64url');
  const meta = metaOf(conversation, members, crowd);
  const items = members.flatMap((member): Item[] => [
    { ...memberItem(crowd, member) },
    { ...entryOf(meta, member.userId) },
  ]);
  if (!fits) await chat.table.writeAll(items.map((item) => ({ put: item })));
  const writes: Write[] = [
    { kind: 'put', item: { ...meta }, if: when`attribute_not_exists(pk)` },
    ...pairWrites(conversation),
    ...(fits ? items : []).map((item): Write => ({ kind: 'put', item })),
  ];
  if ((await chat.table.transact(writes)).kind === 'done') return true;
  if (!fits) await chat.table.writeAll(items.map((item) => ({ delete: item })));
  return false;
}

function pairWrites({ id, workspaceId, pair }: Conversation): Write[] {
  if (pair === undefined) return [];
  return [
    {
      kind: 'update',
      key: pairKey(workspaceId, pair),
      change: to`SET #conversationId = ${id}`,
      if: when`attribute_not_exists(#conversationId)`,
    },
  ];
}

function metaOf(conversation: Conversation, members: readonly Member[], crowd: string): MetaItem {
  const isSmall = members.length <= SMALL_AT_MOST;
  return {
    ...conversation,
    ...metaKey(conversation.id),
    movedAt: conversation.createdAt,
    cameAt: 0,
    mentionSeq: 0,
    size: members.length,
    turnover: 0,
    crowd,
    isSmall,
    ...(isSmall && members.length > 0 && { people: new Set(members.map(({ userId }) => userId)) }),
  };
}

/** A conversation in the list of one who is in it. */
export function entryOf(meta: MetaItem, userId: string): EntryItem {
  const { id, crowd, workspaceId, isSmall, movedAt } = meta;
  return { ...entryKey(workspaceId, userId, meta), id, crowd, ...(isSmall && { movedAt }) };
}
