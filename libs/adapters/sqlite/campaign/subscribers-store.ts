import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { type List, mergeData, type Subscriber } from '#domain/campaign/model/subscriber.js';
import type { AudienceMember } from '#ports/campaign/audiences.js';
import type { Put, Upsert } from '#ports/campaign/subscribers.js';
import { type Db, sqliteStore } from '../engine/store.js';
import {
  commitBatch,
  findImport,
  importFaults,
  insertImport,
  isUnfinishedImport,
  unfinishedImport,
} from './import-procedures.js';
import {
  joinLists,
  listOf,
  type ListRow,
  listRows,
  subscriberOf,
  type SubscriberRow,
  upsert,
} from './subscriber-rows.js';

interface PutArgs {
  readonly workspace: WorkspaceId;
  readonly upserts: readonly Upsert[];
  readonly listIds: readonly ListId[];
  readonly now: number;
}

function put(db: Db, { workspace, upserts, listIds, now }: PutArgs): Put[] {
  const lists = listRows(db, workspace, listIds);
  return upserts.map((one) => {
    const { no, created } = upsert(db, workspace, one, now);
    joinLists(db, lists, [{ email: one.facts.email, no }]);
    const row = db.get<SubscriberRow>('byNo', { no });
    if (!row) throw new Error('A subscriber has vanished.');
    return { subscriber: subscriberOf(row), created };
  });
}

function replace(db: Db, subscriber: Subscriber): boolean {
  const {
    id,
    workspaceId: workspace,
    name = null,
    locale = null,
    timezone = null,
    updatedAt: now,
  } = subscriber;
  const attributes = JSON.stringify(subscriber.attributes);
  return db.run('replace', { id, workspace, name, attributes, locale, timezone, now }) === 1;
}

function remove(db: Db, args: { workspace: string; id: string }): boolean {
  const row = db.get<{ email: string }>('remove', args);
  if (!row) return false;
  db.run('insertFormer', { ...args, email: row.email });
  const left = db.all<{ list: number }>('leaveAll', { workspace: args.workspace, email: row.email });
  for (const { list } of left) db.run('countMembers', { list, change: -1 });
  return true;
}

interface PageArgs {
  readonly workspace: string;
  readonly list: string | undefined;
  readonly after: string;
  readonly limit: number;
}

function page(db: Db, { workspace, list, after, limit }: PageArgs): Subscriber[] {
  if (list === undefined) return db.all<SubscriberRow>('page', { workspace, after, limit }).map(subscriberOf);
  return listRows(db, workspace, [list]).flatMap(({ no }) =>
    db.all<SubscriberRow>('pageOfList', { list: no, after, limit }).map(subscriberOf),
  );
}

interface AudienceArgs {
  readonly workspace: string;
  readonly listIds: readonly string[];
  readonly after: string;
  readonly limit: number;
}

function audience(db: Db, { workspace, listIds, after, limit }: AudienceArgs): AudienceMember[] {
  const pages = listRows(db, workspace, listIds).map(({ no }) =>
    db.all<SubscriberRow>('pageOfList', { list: no, after, limit }),
  );
  return mergeByAddress(pages, limit).map((row) => ({
    address: row.email,
    subscriberId: row.id,
    timezone: row.timezone ?? undefined,
    data: dataOf(row),
  }));
}

function dataOf({ email, name, locale, timezone, attributes }: SubscriberRow): string {
  const person = {
    email,
    name: name ?? undefined,
    locale: locale ?? undefined,
    timezone: timezone ?? undefined,
  };
  return mergeData(person, attributes);
}

/** The first `limit` addresses of several ordered pages, each once. Byte order, as the index has it: addresses are ASCII. */
function mergeByAddress(pages: readonly SubscriberRow[][], limit: number): readonly SubscriberRow[] {
  if (pages.length === 1 && pages[0]) return pages[0];
  const byAddress = new Map(pages.flat().map((row) => [row.email, row]));
  const ordered = [...byAddress.values()].sort((a, b) => (a.email < b.email ? -1 : 1));
  return ordered.slice(0, limit);
}

function insertList(db: Db, list: List): null {
  db.run('insertList', {
    id: list.id,
    workspace: list.workspaceId,
    name: list.name,
    createdAt: list.createdAt,
  });
  return null;
}

const firstRow = (row: SubscriberRow | undefined): Subscriber | undefined => row && subscriberOf(row);

export const subscribersStore = sqliteStore({
  name: 'subscribers',
  sql: new URL('./subscribers.sql', import.meta.url),
  writes: { put, replace, remove, insertList, insertImport, commitBatch },
  reads: {
    byId: (db: Db, args: { workspace: string; id: string }) => firstRow(db.get<SubscriberRow>('byId', args)),
    byEmail: (db: Db, args: { workspace: string; email: string }) =>
      firstRow(db.get<SubscriberRow>('byEmail', args)),
    page,
    list: (db: Db, args: { workspace: WorkspaceId; id: string }): List | undefined => {
      const row = db.get<ListRow>('findList', args);
      return row && listOf(row, args.workspace);
    },
    lists: (db: Db, args: { workspace: WorkspaceId; after: string; limit: number }): List[] =>
      db.all<ListRow>('pageOfLists', args).map((row) => listOf(row, args.workspace)),
    audience,
    count: (db: Db, args: { workspace: string; listIds: readonly string[] }): number =>
      listRows(db, args.workspace, args.listIds).reduce((sum, { members }) => sum + members, 0),
    findImport,
    unfinishedImport,
    isUnfinishedImport,
    importFaults,
  },
});
