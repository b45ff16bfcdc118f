import { type Member, MOST_UNREAD_MENTIONS } from '#domain/chat/model/conversation.js';
import { when } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import type { MetaItem } from './chat-items.js';
import { mentionPartition } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';

/** How many messages behind the read mark mention the member, up to a bound. Nothing is read where there can be none. */
export async function unreadMentions(
  { table }: ChatTable,
  { id, mentionSeq }: MetaItem,
  { userId, readSeq }: Pick<Member, 'userId' | 'readSeq'>,
): Promise<number> {
  if (readSeq >= mentionSeq) return 0;
  const found = await table.list({
    pk: mentionPartition(id, userId),
    from: key(readSeq + 1),
    filter: when`contains(#users, ${userId})`,
    limit: MOST_UNREAD_MENTIONS,
  });
  return found.length;
}
