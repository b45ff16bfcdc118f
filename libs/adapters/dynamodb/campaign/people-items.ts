import { createHash } from 'node:crypto';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { FieldFault } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Attributes, Subscriber, SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

/**
 * Partitions of the people of a workspace and of the members of a list, by a hash of the address. An import comes in order of
 * address: by ranges of addresses each batch would meet one partition, and 1,000 write units a second are all that one takes.
 * Whoever wants that order merges the partitions. Another number would lose everybody who is there.
 */
export const SHARDS = 16;

export function shardOf(address: string): number {
  return createHash('sha256').update(address).digest().readUInt8(0) % SHARDS;
}

/** How far one import has told of a person: what it tells again is known, and what became of it then. */
export interface Taken {
  readonly importId: string;
  /** The last that was taken, or refused before it. */
  readonly line: number;
  /** The line that made the person, if it was this import's. */
  readonly made?: number | undefined;
  readonly refused: readonly { readonly line: number; readonly fault: FieldFault }[];
}

/** What is known of an address in a workspace: who has it, the lists they are on, and those they left by their own wish. */
export interface Standing {
  /** Another one with every change; undefined where nothing is kept of the address. */
  readonly stamp?: string;
  /** Undefined of somebody who has been removed, or was never there. */
  readonly subscriber?: Subscriber;
  readonly lists: readonly ListId[];
  readonly left: Readonly<Record<string, Instant>>;
  readonly taken?: Taken;
}

export const NOBODY: Standing = { lists: [], left: {} };

export interface PersonItem extends Key {
  readonly stamp: string;
  readonly workspaceId: WorkspaceId;
  readonly person?: {
    readonly id: SubscriberId;
    readonly name?: string;
    readonly locale?: string;
    readonly timezone?: string;
    /** JSON text, for it may hold numbers that DynamoDB has not. */
    readonly attributes: string;
    readonly createdAt: Instant;
    readonly updatedAt: Instant;
  };
  readonly lists: readonly ListId[];
  readonly left: Readonly<Record<string, Instant>>;
  readonly taken?: Taken;
}

/** Who an id stands for. It is never deleted: a link in a mail has to work for years. */
export interface IdItem extends Key {
  readonly workspaceId: WorkspaceId;
  readonly email: EmailAddress;
}

/** The address is the sort key as it is: escaped it would have another place in the order. */
export function personKey(workspaceId: WorkspaceId, address: string): Key {
  return { pk: peoplePartition(workspaceId, shardOf(address)), sk: address };
}

export function peoplePartition(workspaceId: WorkspaceId, shard: number): string {
  return key('PERSON', workspaceId, shard);
}

export function memberKey(listId: ListId, address: string): Key {
  return { pk: membersPartition(listId, shardOf(address)), sk: address };
}

export function membersPartition(listId: ListId, shard: number): string {
  return key('LIST-MEMBER', listId, shard);
}

export function countKey(listId: ListId, shard: number): Key {
  return { pk: key('LIST-COUNT', listId, shard), sk: 'count' };
}

const ID_PREFIX = 'PERSON-ID';

export function idKey(id: string): Key {
  return { pk: key(ID_PREFIX, id), sk: 'address' };
}

export function isIdWrite(write: Write | undefined): boolean {
  return write?.kind === 'put' && write.item.pk.startsWith(`${ID_PREFIX}#`);
}

export function standingOf(item: PersonItem): Standing {
  const { sk, stamp, workspaceId, person, lists, left, taken } = item;
  const rest = { stamp, lists, left, ...(taken && { taken }) };
  if (!person) return rest;
  const { attributes, ...facts } = person;
  const subscriber: Subscriber = {
    ...facts,
    workspaceId,
    email: sk as EmailAddress,
    attributes: JSON.parse(attributes) as Attributes,
  };
  return { ...rest, subscriber };
}

/** One address and what is to be known of it from now on. */
export interface Change {
  readonly address: string;
  readonly before: Standing;
  readonly after: Standing;
}

/** What several changes of one moment write: the people, their ids, their places in the lists, and the counts of those. */
export function writesOf(workspaceId: WorkspaceId, changes: readonly Change[], stamp: string): Write[] {
  const counts = new Map<string, { key: Key; change: number }>();
  const writes = changes.flatMap(({ address, before, after }) => {
    const joined = after.lists.filter((list) => !before.lists.includes(list));
    const gone = before.lists.filter((list) => !after.lists.includes(list));
    for (const list of [...joined, ...gone]) {
      const at = countKey(list, shardOf(address));
      const { change } = counts.get(at.pk) ?? { change: 0 };
      counts.set(at.pk, { key: at, change: change + (joined.includes(list) ? 1 : -1) });
    }
    return [
      personWrite(workspaceId, { address, before, after }, stamp),
      ...idWrites(workspaceId, { address, before, after }),
      ...joined.map((list): Write => ({ kind: 'put', item: { ...memberKey(list, address) } })),
      ...gone.map((list): Write => ({ kind: 'delete', key: memberKey(list, address) })),
    ];
  });
  const counted = [...counts.values()]
    .filter(({ change }) => change !== 0)
    .map(({ key: of, change }): Write => ({ kind: 'update', key: of, change: to`ADD #members ${change}` }));
  return [...writes, ...counted];
}

function personWrite(workspaceId: WorkspaceId, { address, before, after }: Change, stamp: string): Write {
  const at = personKey(workspaceId, address);
  const unchanged =
    before.stamp === undefined ? when`attribute_not_exists(pk)` : when`#stamp = ${before.stamp}`;
  const { subscriber, lists, left, taken } = after;
  if (!subscriber && Object.keys(left).length === 0) return { kind: 'delete', key: at, if: unchanged };
  const item: PersonItem = {
    ...at,
    stamp,
    workspaceId,
    ...(subscriber && { person: personOf(subscriber) }),
    lists,
    left,
    ...(subscriber && taken && { taken }),
  };
  return { kind: 'put', item: { ...item }, if: unchanged };
}

function personOf({
  email: _,
  workspaceId: _of,
  attributes,
  ...rest
}: Subscriber): NonNullable<PersonItem['person']> {
  return { ...rest, attributes: JSON.stringify(attributes) };
}

function idWrites(workspaceId: WorkspaceId, { address, before, after }: Change): Write[] {
  const id = after.subscriber?.id;
  if (id === undefined || id === before.subscriber?.id) return [];
  const item: IdItem = { ...idKey(id), workspaceId, email: address as EmailAddress };
  const free = when`attribute_not_exists(pk) OR (#workspaceId = ${workspaceId} AND #email = ${address})`;
  return [{ kind: 'put', item: { ...item }, if: free }];
}
