import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import type { NotificationTypes } from '#ports/communication/notification-types.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import { pageByKey } from '../engine/key-pages.js';
import { key, type Key } from '../engine/keys.js';

/** Every notification asks for its type several times and next to nobody writes one: each stands in several partitions. */
const COPIES = 4;

interface TypeItem extends Key {
  readonly type: string;
  readonly revision: number;
  /** As JSON: what a type holds is not for DynamoDB to look into. */
  readonly body: string;
}

/** All copies of a type are written in one transaction, so each of them shows every write that was acknowledged. */
export class DynamoNotificationTypes implements NotificationTypes {
  readonly #table: DynamoTable;
  readonly #copies: number;
  #turn = 0;

  /** @param copies never fewer than there were once */
  constructor(table: DynamoTable, copies = COPIES) {
    this.#table = table;
    this.#copies = copies;
  }

  async insert(type: NotificationType): Promise<'inserted' | 'exists'> {
    const absent = when`attribute_not_exists(pk)`;
    const inserted = await this.#table.transact(
      this.#places(type.workspaceId, type.type).map((place) => ({
        kind: 'put',
        item: { ...place, type: type.type, ...stored(type) },
        if: absent,
      })),
    );
    return inserted.kind === 'done' ? 'inserted' : 'exists';
  }

  async save(before: NotificationType, after: NotificationType): Promise<'saved' | 'conflict'> {
    const change = fields(stored(after));
    const same = when`#revision = ${before.revision}`;
    const saved = await this.#table.transact(
      this.#places(before.workspaceId, before.type).map((place) => ({
        kind: 'update',
        key: place,
        change,
        if: same,
      })),
    );
    return saved.kind === 'done' ? 'saved' : 'conflict';
  }

  async find(workspaceId: WorkspaceId, type: string): Promise<NotificationType | undefined> {
    this.#turn = (this.#turn + 1) % this.#copies;
    const item = await this.#table.get<TypeItem>(placeOf(workspaceId, type, this.#turn));
    return item && typeOf(item);
  }

  async page(workspaceId: WorkspaceId, request: PageRequest): Promise<Page<NotificationType>> {
    const pages = { table: this.#table, pk: key('NTYPE', workspaceId, 0), descending: false };
    const after = nameIn(request.after);
    const page = await pageByKey<TypeItem>({ ...pages, nameOf: ({ type }) => type }, { ...request, after });
    return { data: page.data.map(typeOf), next: page.next === null ? null : `after:${page.next}` };
  }

  async remove(workspaceId: WorkspaceId, type: string): Promise<boolean> {
    const there = when`attribute_exists(pk)`;
    const removals = this.#places(workspaceId, type).map((place): Write => ({
      kind: 'delete',
      key: place,
      if: there,
    }));
    const mark: Write = { kind: 'put', item: { ...markOf(workspaceId, type) } };
    return (await this.#table.transact([...removals, mark])).kind === 'done';
  }

  async wasRemoved(workspaceId: WorkspaceId, type: string): Promise<boolean> {
    return (await this.#table.get(markOf(workspaceId, type))) !== undefined;
  }

  #places(workspaceId: string, type: string): Key[] {
    return [...Array(this.#copies).keys()].map((copy) => placeOf(workspaceId, type, copy));
  }
}

function placeOf(workspaceId: string, type: string, copy: number): Key {
  return { pk: key('NTYPE', workspaceId, copy), sk: key(type) };
}

function markOf(workspaceId: string, type: string): Key {
  return { pk: key('NTYPEREMOVED', workspaceId, type), sk: 'NTYPE' };
}

function stored(type: NotificationType): { revision: number; body: string } {
  return { revision: type.revision, body: JSON.stringify(type) };
}

function typeOf({ body }: TypeItem): NotificationType {
  return JSON.parse(body) as NotificationType;
}

function nameIn(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const name = /^after:(.+)$/s.exec(cursor)?.[1];
  if (name === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return name;
}
