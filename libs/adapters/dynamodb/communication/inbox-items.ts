import { Refusal } from '#domain/kernel/refusal.js';
import { type InboxItem, type InboxState, inboxStates } from '#domain/communication/model/inbox-item.js';
import type { Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { MOST_BYTES_IN_ITEM } from '../engine/packed-text.js';
import { placeOf } from './newest-first.js';

/** An item under its id. What never changes of it is JSON; `change` numbers its latest change, in the log it stays with. */
export interface StoredItem extends Key {
  readonly id: string;
  readonly body: string;
  readonly no: number;
  readonly log: number;
  readonly change: number;
  readonly state: InboxState;
  readonly seenAt?: number;
  readonly readAt?: number;
  readonly archivedAt?: number;
}

/** Which item a delivery has put. */
export interface DeliveryGuard extends Key {
  readonly id: string;
}

export interface CountItem extends Key {
  readonly unseen?: number;
  readonly unread?: number;
}

export function itemPlace(workspaceId: string, id: string): Key {
  return { pk: key('INBOXITEM', workspaceId, id), sk: 'ITEM' };
}

export function listOf(workspaceId: string, userId: string, state: InboxState): string {
  return key('INBOX', workspaceId, userId, state);
}

export function countPlace(workspaceId: string, userId: string): Key {
  return { pk: key('INBOXCOUNT', workspaceId, userId), sk: 'COUNT' };
}

/** Writes of one item that is put: the first is refused if its delivery is known, the second if its id is. */
export const WRITES_OF_ITEM = 3;

export function puts(item: InboxItem, body: string, log: number, no: number): Write[] {
  const { workspaceId, deliveryId, id, state, seenAt, readAt, archivedAt } = item;
  const absent = when`attribute_not_exists(pk)`;
  const guard = { pk: key('INBOXDELIVERY', workspaceId, deliveryId), sk: 'ITEM', id };
  const stored = { id, body, no, log, change: no, state, seenAt, readAt, archivedAt };
  return [
    { kind: 'put', item: guard, if: absent },
    { kind: 'put', item: { ...itemPlace(workspaceId, id), ...stored }, if: absent },
    listing(item, no),
  ];
}

/** Writes of a step of `row`, the first of which is refused if another was faster. */
export function stepOf(row: StoredItem, next: InboxItem, change: number): Write[] {
  const { state, seenAt, readAt, archivedAt, workspaceId, userId } = next;
  const place = placeOf(row.no, row.id);
  return [
    {
      kind: 'update',
      key: itemPlace(workspaceId, row.id),
      change: fields({ state, seenAt, readAt, archivedAt, change }),
      if: when`#change = ${row.change}`,
    },
    { kind: 'delete', key: { pk: listOf(workspaceId, userId, row.state), sk: place } },
    listing(next, row.no),
  ];
}

/** Of several items that change their states, one write for each user whose counts change. */
export function counting(
  moves: readonly { readonly item: InboxItem; readonly from: InboxState | undefined }[],
): Write[] {
  const sums = new Map<string, { place: Key; unseen: number; unread: number }>();
  for (const { item, from } of moves) {
    const place = countPlace(item.workspaceId, item.userId);
    const sum = sums.get(place.pk) ?? { place, unseen: 0, unread: 0 };
    sum.unseen += unseenIn(item.state) - unseenIn(from);
    sum.unread += unreadIn(item.state) - unreadIn(from);
    sums.set(place.pk, sum);
  }
  return [...sums.values()]
    .filter(({ unseen, unread }) => unseen !== 0 || unread !== 0)
    .map(({ place, unseen, unread }) => ({
      kind: 'update',
      key: place,
      change: to`ADD #unseen ${unseen}, #unread ${unread}`,
    }));
}

export function bodyOf(item: InboxItem): string {
  const body = JSON.stringify(item);
  if (Buffer.byteLength(body) > MOST_BYTES_IN_ITEM)
    throw new Refusal('message_too_large', 'The message is too large for an inbox.');
  return body;
}

export function itemOf({ body, state, seenAt, readAt, archivedAt }: StoredItem): InboxItem {
  return {
    ...(JSON.parse(body) as InboxItem),
    state,
    ...(seenAt !== undefined && { seenAt }),
    ...(readAt !== undefined && { readAt }),
    ...(archivedAt !== undefined && { archivedAt }),
  };
}

/** The item as it is after a step; undefined if it would be none. What was known of it before stays. */
export function steppedTo(stored: InboxItem, item: InboxItem): InboxItem | undefined {
  if (inboxStates.indexOf(item.state) <= inboxStates.indexOf(stored.state)) return undefined;
  const { seenAt, readAt, archivedAt } = { ...item, ...stored };
  return {
    ...stored,
    state: item.state,
    ...(seenAt !== undefined && { seenAt }),
    ...(readAt !== undefined && { readAt }),
    ...(archivedAt !== undefined && { archivedAt }),
  };
}

function listing({ workspaceId, userId, state, id }: InboxItem, no: number): Write {
  const place = placeOf(no, id);
  return { kind: 'put', item: { pk: listOf(workspaceId, userId, state), sk: place, place, id } };
}

function unseenIn(state: InboxState | undefined): number {
  return state === 'unseen' ? 1 : 0;
}

function unreadIn(state: InboxState | undefined): number {
  return state === 'unseen' || state === 'seen' ? 1 : 0;
}
