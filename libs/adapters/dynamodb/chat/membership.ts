import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import { fullRefusal, MOST_MEMBERS } from '#domain/chat/model/conversation.js';
import type { Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import { memberItem, type MetaItem, SMALL_AT_MOST } from './chat-items.js';
import { entryKey, memberKey, metaKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';
import { entryOf } from './opening.js';

/** @throws Refusal `validation_failed` where it is full */
export async function putMember(chat: ChatTable, member: Member): Promise<void> {
  const { conversationId, userId, role, mutedUntil } = member;
  for (;;) {
    const meta = await chat.meta(conversationId);
    if (!meta) return;
    const place = memberKey(conversationId, meta.crowd, userId);
    const change = fields({ role, mutedUntil });
    if ((await chat.table.update(place, change, when`attribute_exists(pk)`)).kind === 'done') return;
    if (meta.size >= MOST_MEMBERS[meta.kind]) throw fullRefusal(meta.kind);
    const { seq } = meta;
    const item = { ...memberItem(meta.crowd, { ...member, deliveredSeq: seq, readSeq: seq }) };
    const result = await chat.table.transact([
      { kind: 'put', item, if: when`attribute_not_exists(pk)` },
      ...oneMore(meta, userId),
    ]);
    if (result.kind === 'done') return;
  }
}

/** Whoever is one too many for a small conversation makes it large: it moves in nobody's list any more, but is asked itself. */
function oneMore(meta: MetaItem, userId: string): Write[] {
  const { id, workspaceId, seq, size, turnover, isSmall, people = new Set<string>() } = meta;
  // What was said until now the new one has read, and the place taken is free.
  const asItWas = when`#seq = ${seq} AND #turnover = ${turnover}`;
  const grows = isSmall && size >= SMALL_AT_MOST;
  const counted = to`ADD #size ${1}, #turnover ${1}`;
  const change = grows
    ? to`SET #isSmall = ${false} REMOVE #people ${counted}`
    : isSmall
      ? to`${counted}, #people ${new Set([userId])}`
      : counted;
  const entry = entryOf({ ...meta, isSmall: isSmall && !grows }, userId);
  return [
    { kind: 'update', key: metaKey(id), change, if: asItWas },
    { kind: 'put', item: { ...entry } },
    ...(grows ? [...people] : []).map((user): Write => ({
      kind: 'update',
      key: entryKey(workspaceId, user, meta),
      change: fields({ movedAt: undefined }),
    })),
  ];
}

export async function removeMember(
  chat: ChatTable,
  conversationId: ConversationId,
  userId: string,
): Promise<void> {
  for (;;) {
    const meta = await chat.meta(conversationId);
    if (!meta) return;
    const { crowd, workspaceId, isSmall } = meta;
    const counted = to`ADD #size ${-1}, #turnover ${1}`;
    const result = await chat.table.transact([
      {
        kind: 'delete',
        key: memberKey(conversationId, crowd, userId),
        if: when`attribute_exists(pk)`,
      },
      { kind: 'delete', key: entryKey(workspaceId, userId, meta) },
      {
        kind: 'update',
        key: metaKey(conversationId),
        change: isSmall ? to`${counted} DELETE #people ${new Set([userId])}` : counted,
        if: when`#isSmall = ${isSmall}`,
      },
    ]);
    // The first of them refused: they are gone already.
    if (result.kind === 'done' || result.by.has(0)) return;
  }
}
