import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Import } from '#domain/campaign/model/import.js';
import { type Attributes, type List, mergeData, type Subscriber } from '#domain/campaign/model/subscriber.js';
import type { AudienceMember } from '#ports/campaign/audiences.js';
import type { ImportBatch, ImportFault } from '#ports/campaign/imports.js';
import type { Upsert } from '#ports/campaign/subscribers.js';
import { type Db, sqliteStore } from '../engine/store.js';

interface Row {
  readonly no: number;
  readonly id: string;
  readonly workspace_id: string;
  readonly email: string;
  readonly name: string | null;
  readonly attributes: string;
  readonly locale: string | null;
  readonly timezone: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

interface ListRow {
  readonly no: number;
  readonly id: ListId;
  readonly name: string;
  readonly createdAt: number;
}

function subscriberOf(row: Row): Subscriber {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    email: row.email,
    ...(row.name !== null && { name: row.name }),
    attributes: JSON.parse(row.attributes) as Attributes,
    ...(row.locale !== null && { locale: row.locale }),
    ...(row.timezone !== null && { timezone: row.timezone }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  } as Subscriber;
}

function listOf(row: ListRow, workspaceId: WorkspaceId): List {
  return { id: row.id, workspaceId, name: row.name, createdAt: row.createdAt };
}

function listNos(db: Db, workspace: string, ids: readonly string[]): number[] {
  return ids.map((id) => {
    const row = db.get<ListRow>('findList', { workspace, id });
    if (!row) throw new Refusal('not_found', 'No such list.');
    return row.no;
  });
}

/** Makes or merges one person; answers the row's number and whether it is new. */
function upsert(db: Db, workspace: string, { id, facts }: Upsert, now: number): { no: number; created: boolean } {
  const { email, name = null, locale = null, timezone = null, attributes } = facts;
  const text = attributes === undefined ? null : JSON.stringify(attributes);
  const made = db.get<{ no: number }>('insert', { id, workspace, email, name, attributes: text ?? '{}', locale, timezone, now });
  if (made) return { no: made.no, created: true };
  const known = db.get<Row>('byEmail', { workspace, email });
  if (!known) throw new Error('A subscriber was neither inserted nor found');
  const merged = attributes && JSON.stringify({ ...(JSON.parse(known.attributes) as Attributes), ...attributes });
  db.run('merge', { no: known.no, name, attributes: merged ?? null, locale, timezone, now });
  return { no: known.no, created: false };
}

interface Put {
  readonly workspace: WorkspaceId;
  readonly upserts: readonly Upsert[];
  readonly listIds: readonly ListId[];
  readonly now: number;
}

function putAll(db: Db, args: Put): { no: number; created: boolean }[] {
  const lists = listNos(db, args.workspace, args.listIds);
  return args.upserts.map((one) => {
    const done = upsert(db, args.workspace, one, args.now);
    for (const list of lists) db.run('join', { list, email: one.facts.email, no: done.no });
    return done;
  });
}

function put(db: Db, args: Put): { subscriber: Subscriber; created: boolean }[] {
  return putAll(db, args).map(({ no, created }) => {
    const row = db.get<Row>('byNo', { no });
    if (!row) throw new Error('A subscriber has vanished');
    return { subscriber: subscriberOf(row), created };
  });
}

function replace(db: Db, subscriber: Subscriber): boolean {
  const { id, workspaceId, name = null, locale = null, timezone = null, attributes, updatedAt } = subscriber;
  const row = { id, workspace: workspaceId, name, attributes: JSON.stringify(attributes), locale, timezone, now: updatedAt };
  return db.run('replace', row) === 1;
}

function remove(db: Db, args: { workspace: string; id: string }): boolean {
  const row = db.get<{ no: number }>('remove', args);
  if (row) db.run('leaveAll', { no: row.no });
  return row !== undefined;
}

/** What one batch of a CSV says and how far the file has been read: kept together or not at all. */
function commitBatch(db: Db, { before, after, rows, faults, now }: ImportBatch & { now: number }): Import {
  const done = putAll(db, { workspace: before.workspaceId, upserts: rows, listIds: before.listIds, now });
  const created = done.filter((one) => one.created).length;
  const progress: Import = {
    ...after,
    created: before.created + created,
    updated: before.updated + done.length - created,
  };
  for (const { line, code, detail } of faults) db.run('insertImportError', { id: before.id, line, code, detail });
  db.run('saveImport', { id: before.id, status: progress.status, body: JSON.stringify(progress) });
  return progress;
}

function audience(db: Db, args: { workspace: string; listIds: readonly string[]; after: string; limit: number }): AudienceMember[] {
  const lists = listNos(db, args.workspace, args.listIds);
  const pages = lists.map((list) =>
    db.all<Row>('audience', { list, after: args.after, limit: args.limit }),
  );
  const rows = pages.length === 1 ? (pages[0] ?? []) : mergeByAddress(pages, args.limit);
  return rows.map((row) => ({
    address: row.email,
    subscriberId: row.id,
    timezone: row.timezone ?? undefined,
    data: mergeData(subscriberOf(row)),
  }));
}

/** The first `limit` addresses of several ordered pages, each once. Byte order, as the index has it. */
function mergeByAddress(pages: readonly (readonly Row[])[], limit: number): Row[] {
  const byAddress = new Map(pages.flat().map((row) => [row.email, row]));
  const ordered = [...byAddress.values()].sort((a, b) => (a.email < b.email ? -1 : 1));
  return ordered.slice(0, limit);
}

const firstRow = (row: Row | undefined): Subscriber | undefined => row && subscriberOf(row);

export const subscribersStore = sqliteStore({
  name: 'subscribers',
  sql: new URL('./subscribers.sql', import.meta.url),
  writes: {
    put,
    replace,
    remove,
    commitBatch,
    insertList: (db: Db, list: List): null => {
      db.run('insertList', { id: list.id, workspace: list.workspaceId, name: list.name, createdAt: list.createdAt });
      return null;
    },
    insertImport: (db: Db, one: Import): null => {
      const { id, workspaceId, status, createdAt } = one;
      db.run('insertImport', { id, workspace: workspaceId, status, createdAt, body: JSON.stringify(one) });
      return null;
    },
  },
  reads: {
    byId: (db: Db, args: { workspace: string; id: string }) => firstRow(db.get<Row>('byId', args)),
    byEmail: (db: Db, args: { workspace: string; email: string }) => firstRow(db.get<Row>('byEmail', args)),
    page: (db: Db, args: { workspace: string; list: string | undefined; after: string; limit: number }): Subscriber[] => {
      const { workspace, after, limit } = args;
      if (args.list === undefined) return db.all<Row>('page', { workspace, after, limit }).map(subscriberOf);
      const [list = -1] = listNos(db, workspace, [args.list]);
      return db.all<Row>('pageOfList', { list, after, limit }).map(subscriberOf);
    },
    list: (db: Db, args: { workspace: WorkspaceId; id: string }): List | undefined => {
      const row = db.get<ListRow>('findList', args);
      return row && listOf(row, args.workspace);
    },
    lists: (db: Db, args: { workspace: WorkspaceId; after: string; limit: number }): List[] =>
      db.all<ListRow>('pageOfLists', args).map((row) => listOf(row, args.workspace)),
    audience,
    count: (db: Db, args: { workspace: string; listIds: readonly string[] }): number =>
      listNos(db, args.workspace, args.listIds).reduce(
        (sum, list) => sum + (db.get<{ count: number }>('countMembers', { list })?.count ?? 0),
        0,
      ),
    findImport: (db: Db, args: { workspace: string; id: string }): Import | undefined => {
      const row = db.get<{ body: string }>('findImport', args);
      return row && (JSON.parse(row.body) as Import);
    },
    unfinishedImport: (db: Db, _: undefined): Import | undefined => {
      const row = db.get<{ body: string }>('unfinishedImport');
      return row && (JSON.parse(row.body) as Import);
    },
    importErrors: (db: Db, args: { id: string; after: number; limit: number }): ImportFault[] =>
      db.all<ImportFault>('importErrors', args),
  },
});
