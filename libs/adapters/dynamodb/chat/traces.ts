import type { Instant } from '#domain/kernel/brand.js';
import type { Message } from '#domain/chat/model/message.js';
import type { Write } from '../engine/dynamo-table.js';
import { key, type Item } from '../engine/keys.js';
import { changeKey, holdKey, looseKey, mentionPartition, pinKey } from './chat-keys.js';

/** What a message leaves in other places so that it is found there: it is written, and goes, in one step with it. */
export function tracesOf(message: Message): Item[] {
  const { conversationId, seq, rev, pinnedAt, attachments } = message;
  const held = new Set(attachments.map(({ id }) => id));
  return [
    ...(rev > 0 ? [{ ...changeKey(conversationId, rev), seq }] : []),
    ...(pinnedAt !== undefined ? [{ ...pinKey(conversationId, seq), seq }] : []),
    ...mentionsOf(message),
    ...[...held].map((id) => ({ ...holdKey(id, conversationId, seq), conversationId, seq })),
  ];
}

function mentionsOf({ conversationId, seq, mentions }: Message): Item[] {
  const parts = new Map<string, Set<string>>();
  for (const user of mentions) {
    const pk = mentionPartition(conversationId, user);
    parts.set(pk, (parts.get(pk) ?? new Set()).add(user));
  }
  return [...parts].map(([pk, users]) => ({ pk, sk: key(seq), users }));
}

const placeOf = ({ pk, sk }: Item): string => `${pk} ${sk}`;
const sayingOf = (item: Item): string =>
  JSON.stringify(item, (_, value: unknown) => (value instanceof Set ? [...value].sort() : value));

/** What takes the traces of a message from one state to the next; undefined: it is gone. */
export function retraced(before: Message, after: Message | undefined): Write[] {
  const was = new Map(tracesOf(before).map((item) => [placeOf(item), item]));
  const is = new Map((after ? tracesOf(after) : []).map((item) => [placeOf(item), item]));
  const writes: Write[] = [];
  for (const [place, item] of is) {
    const known = was.get(place);
    if (!known || sayingOf(known) !== sayingOf(item)) writes.push({ kind: 'put', item });
  }
  for (const [place, { pk, sk }] of was) if (!is.has(place)) writes.push({ kind: 'delete', key: { pk, sk } });
  return [...writes, ...letGo(before, after)];
}

/** Attachments that the message holds no more are to be looked at by those who sweep. */
function letGo(before: Message, after: Message | undefined): Write[] {
  const held = new Set(after?.attachments.map(({ id }) => id));
  const gone = new Set(before.attachments.map(({ id }) => id).filter((id) => !held.has(id)));
  const { conversationId, seq, sentAt, deletedAt } = before;
  const at: Instant = after?.deletedAt ?? deletedAt ?? sentAt;
  return [...gone].map((id) => ({
    kind: 'put',
    item: { ...looseKey(id, at, conversationId, seq), id },
  }));
}
