import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { NotificationId, NotificationOrder } from '#domain/communication/model/notification.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

/** One of an ordering key that lets nobody pass, in the order of acceptance. */
export interface QueuedItem extends Key {
  readonly no: number;
  readonly id: NotificationId;
  readonly lane: Lane;
  readonly dueAt?: number;
  /** It has not had its turn yet: it is not among those that are due, whatever its time. */
  readonly behind: boolean;
}

interface HeadItem extends Key {
  readonly version: number;
  /** The number given last. */
  readonly last: number;
  /** How many are behind. */
  readonly waiting: number;
}

/** The queue as it was at one version of its head: what is decided on it stands only if that is its version still. */
export interface QueueSeen {
  readonly key: KeyOf;
  readonly version: number;
  readonly last: number;
  readonly waiting: number;
  /** Its first two. */
  readonly front: readonly QueuedItem[];
}

export interface KeyOf {
  readonly workspaceId: string;
  readonly orderingKey: string;
}

/** Those of one ordering key. Each change of the row, by whomever, moves the version of its head: no two can miss one another. */
export class OrderingQueue {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async see(of: KeyOf): Promise<QueueSeen> {
    const head = await this.#table.get<HeadItem>(headPlace(of));
    const front = await this.front(of, 2);
    const { version = 0, last = 0, waiting = 0 } = head ?? {};
    return { key: of, version, last, waiting, front };
  }

  front(of: KeyOf, limit: number): Promise<QueuedItem[]> {
    return this.#table.list<QueuedItem>({ pk: partitionOf(of), startsWith: 'Q#', limit });
  }

  at(of: KeyOf, no: number): Promise<QueuedItem | undefined> {
    return this.#table.get<QueuedItem>(placeIn(of, no));
  }
}

/** Refused if the queue is not as it was seen. */
export function moved(
  { key: of, version }: QueueSeen,
  { last, waiting }: { readonly last: number; readonly waiting: number },
): Write {
  const same = version === 0 ? when`attribute_not_exists(pk)` : when`#version = ${version}`;
  return { kind: 'put', item: { ...headPlace(of), version: version + 1, last, waiting }, if: same };
}

export function queued(
  of: KeyOf,
  entry: Pick<QueuedItem, 'no' | 'id' | 'lane' | 'behind'> & { readonly dueAt: number | undefined },
): Write {
  return { kind: 'put', item: { ...placeIn(of, entry.no), ...entry } };
}

export function unqueued(of: KeyOf, no: number): Write {
  return { kind: 'delete', key: placeIn(of, no) };
}

export function keyOf({ workspaceId, orderingKey }: NotificationOrder): KeyOf | undefined {
  return orderingKey === undefined ? undefined : { workspaceId, orderingKey };
}

export function nameOf({ workspaceId, orderingKey }: KeyOf): string {
  return key('NTFKEY', workspaceId, orderingKey);
}

const partitionOf = nameOf;

function headPlace(of: KeyOf): Key {
  return { pk: partitionOf(of), sk: 'HEAD' };
}

function placeIn(of: KeyOf, no: number): Key {
  return { pk: partitionOf(of), sk: key('Q', no) };
}
