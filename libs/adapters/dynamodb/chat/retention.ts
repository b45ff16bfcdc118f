import type { Instant } from '#domain/kernel/brand.js';
import { MOST_IN_TRANSACTION, type Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { type MessageItem, messageOf, type MetaItem } from './chat-items.js';
import {
  ageKey,
  agePartition,
  CHAT_SHARDS,
  logPartition,
  messageKey,
  metaKey,
  nameKey,
  sentKey,
} from './chat-keys.js';
import type { ChatTable } from './chat-table.js';
import { retraced } from './traces.js';
import { forgotten } from './word-index.js';

interface AgeItem extends Key {
  readonly id: string;
}

/** Logs looked up at once, and messages of one that are read at once. */
const LOGS_AT_ONCE = 25;
const MESSAGES_AT_ONCE = 32;
/** The log's end, and its place among the ages: where it was and where it is now. */
const FRAME = 3;

/** Of the logs whose oldest message is too old, the beginnings; each part of one in one step with the number up to where it is cut. */
export async function cut(chat: ChatTable, sentBefore: Instant, limit: number): Promise<number> {
  let left = limit;
  for (let shard = 0; shard < CHAT_SHARDS && left > 0; shard++)
    left -= await cutShard(chat, shard, Math.min(sentBefore, Number.MAX_SAFE_INTEGER), left);
  return limit - left;
}

async function cutShard(chat: ChatTable, shard: number, sentBefore: Instant, limit: number): Promise<number> {
  let left = limit;
  while (left > 0) {
    const range = { pk: agePartition(shard), to: key(sentBefore), limit: LOGS_AT_ONCE };
    const old = await chat.table.list<AgeItem>(range);
    const before = left;
    for (const { id } of old)
      if (left > 0) left -= await chat.turns.run(id, () => cutLog(chat, id, sentBefore, left));
    if (left === before) break;
  }
  return limit - left;
}

async function cutLog(chat: ChatTable, id: string, sentBefore: Instant, limit: number): Promise<number> {
  let left = limit;
  while (left > 0) {
    const meta = await chat.meta(id);
    if (!meta || meta.seq === meta.cutSeq) break;
    const items = await chat.table.list<MessageItem>({
      pk: logPartition(id),
      from: key('MSG', meta.cutSeq + 1),
      to: key('MSG', meta.seq),
      limit: Math.min(left, MESSAGES_AT_ONCE) + 1,
    });
    const { gone, writes } = beginning(meta, items, { sentBefore, limit: left, block: chat.block });
    if (gone === 0) break;
    if ((await chat.table.transact(writes)).kind === 'done') left -= gone;
  }
  return limit - left;
}

/** As much of the beginning as may go, and can go in one transaction. */
function beginning(
  meta: MetaItem,
  items: readonly MessageItem[],
  {
    sentBefore,
    limit,
    block,
  }: { readonly sentBefore: Instant; readonly limit: number; readonly block: number },
): { readonly gone: number; readonly writes: Write[] } {
  const removals: Write[] = [];
  let gone = 0;
  for (const item of items.slice(0, limit)) {
    const writes = [...removalOf(meta.id, item), ...forgotten(meta.id, item.seq, block)];
    const isLastRead = gone === items.length - 1 && item.seq < meta.seq;
    const isFull = FRAME + removals.length + writes.length > MOST_IN_TRANSACTION;
    if (item.sentAt >= sentBefore || isLastRead || isFull) break;
    removals.push(...writes);
    gone += 1;
  }
  const cutSeq = items[gone - 1]?.seq ?? meta.cutSeq;
  return { gone, writes: [...aged(meta, cutSeq, items[gone]?.sentAt), ...removals] };
}

function removalOf(conversationId: string, item: MessageItem): Write[] {
  const message = messageOf(conversationId, item);
  const { id, seq, senderId, clientMessageId } = message;
  const keys = [
    messageKey(conversationId, seq),
    nameKey(conversationId, id),
    sentKey(conversationId, senderId, clientMessageId),
  ];
  return [...keys.map((one): Write => ({ kind: 'delete', key: one })), ...retraced(message, undefined)];
}

/** Nothing that was read to be removed has been changed since, and of a log that is empty now nothing was appended. */
function aged({ id, seq, rev, cutSeq: was, oldestAt }: MetaItem, cutSeq: number, nextAt?: Instant): Write[] {
  const asItWas = when`#cutSeq = ${was} AND #rev = ${rev}`;
  const moves = oldestAt !== undefined && oldestAt !== nextAt;
  return [
    {
      kind: 'update',
      key: metaKey(id),
      change: fields({ cutSeq, oldestAt: nextAt }),
      if: nextAt === undefined ? when`${asItWas} AND #seq = ${seq}` : asItWas,
    },
    ...(moves ? [{ kind: 'delete' as const, key: ageKey(id, oldestAt) }] : []),
    ...(nextAt === undefined ? [] : [{ kind: 'put' as const, item: { ...ageKey(id, nextAt), id } }]),
  ];
}
