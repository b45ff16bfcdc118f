import { Refusal } from '#domain/kernel/refusal.js';
import { FAULTS_KEPT, type Import } from '#domain/campaign/model/import.js';
import type { ImportBatch, ImportFault, ImportRow } from '#ports/campaign/imports.js';
import type { Db } from '../engine/store.js';
import { joinLists, listRows, upsert } from './subscriber-rows.js';

/** A batch as it travels to the storage thread: text is quicker to hand over than a thousand objects. */
export interface CommitBatch {
  readonly before: Import;
  readonly after: Import;
  /** JSON: `[[id, email, name, locale, timezone, attributes, line], …]` in order of address, each address once. */
  readonly rows: string;
  readonly size: number;
  /** Those whose address stands in the batch already, in their order. */
  readonly repeats: readonly ImportRow[];
  readonly faults: readonly ImportFault[];
  readonly now: number;
}

type RowText = readonly [
  id: string,
  email: string,
  name: string | null,
  locale: string | null,
  timezone: string | null,
  attributes: string,
  line: number,
];

/** The batch as the procedure wants it. Addresses in order touch the fewest pages of the indexes that have them. */
export function commitArgs({ before, after, rows, faults }: ImportBatch, now: number): CommitBatch {
  const first = new Map<string, ImportRow>();
  const repeats: ImportRow[] = [];
  for (const row of rows) {
    if (first.has(row.facts.email)) repeats.push(row);
    else first.set(row.facts.email, row);
  }
  const emails = [...first.keys()].sort();
  const texts = emails.flatMap((email) => {
    const row = first.get(email);
    return row ? [textOf(row)] : [];
  });
  return { before, after, rows: JSON.stringify(texts), size: texts.length, repeats, faults, now };
}

function textOf({ id, facts, line }: ImportRow): RowText {
  const { email, name = null, locale = null, timezone = null, attributes = {} } = facts;
  return [id, email, name, locale, timezone, JSON.stringify(attributes), line];
}

function rowOf([id, email, name, locale, timezone, attributes, line]: RowText): ImportRow {
  return {
    id,
    line,
    facts: {
      email,
      ...(name !== null && { name }),
      ...(locale !== null && { locale }),
      ...(timezone !== null && { timezone }),
      ...(attributes !== '{}' && { attributes: JSON.parse(attributes) as Record<string, unknown> }),
    },
  } as ImportRow;
}

/** What one batch of a CSV says and how far the file has been read: kept together or not at all. */
export function commitBatch(db: Db, batch: CommitBatch): Import | 'stale' {
  const { before, after, now } = batch;
  const stored = findImport(db, { workspace: before.workspaceId, id: before.id });
  if (!stored || !continues(stored, before)) return 'stale';
  const lists = listRows(db, stored.workspaceId, stored.listIds).map(({ no }) => no);
  const faults: ImportFault[] = [...batch.faults];
  let created = 0;
  let updated = 0;
  const putOne = (row: ImportRow): void => {
    const done = tryUpsert(db, stored.workspaceId, row, now);
    if ('code' in done) return void faults.push(done);
    joinLists(db, lists, row.facts.email, done.no);
    if (done.created) created += 1;
    else updated += 1;
  };
  if (batch.size > 0) {
    const workspace = stored.workspaceId;
    created = db.run('insertMany', { workspace, rows: batch.rows, now });
    const known = created < batch.size ? knownAmong(db, workspace, batch.rows) : [];
    for (const list of lists) {
      const joined = db.run('joinMany', { workspace, list, rows: batch.rows });
      db.run('countMembers', { list, change: joined });
    }
    known.forEach(putOne);
  }
  batch.repeats.forEach(putOne);
  const rejectedByUs = faults.length - batch.faults.length;
  const progress: Import = {
    ...after,
    rows: stored.rows + after.rows - before.rows,
    created: stored.created + created,
    updated: stored.updated + updated,
    rejected: stored.rejected + after.rejected - before.rejected + rejectedByUs,
  };
  keepFaults(db, stored, faults);
  db.run('saveImport', { id: stored.id, status: progress.status, body: JSON.stringify(progress) });
  return progress;
}

/** Whether a batch that was read on from `before` follows what is stored. */
function continues(stored: Import, before: Import): boolean {
  const { offset, line } = stored.checkpoint;
  const open = stored.status === 'queued' || stored.status === 'running';
  return open && offset === before.checkpoint.offset && line === before.checkpoint.line;
}

function knownAmong(db: Db, workspace: string, rows: string): ImportRow[] {
  const texts = JSON.parse(rows) as RowText[];
  return db.all<{ at: number }>('knownAmong', { workspace, rows }).flatMap(({ at }) => {
    const text = texts[at];
    return text ? [rowOf(text)] : [];
  });
}

function tryUpsert(db: Db, workspace: string, row: ImportRow, now: number) {
  try {
    return upsert(db, workspace, row, now);
  } catch (error) {
    const fault = error instanceof Refusal ? error.faults[0] : undefined;
    if (!fault) throw error;
    return { line: row.line, code: fault.code, detail: fault.detail };
  }
}

function keepFaults(db: Db, stored: Import, faults: readonly ImportFault[]): void {
  const room = Math.max(0, FAULTS_KEPT - stored.rejected);
  for (const { line, code, detail } of [...faults].sort((a, b) => a.line - b.line).slice(0, room)) {
    db.run('insertImportFault', { id: stored.id, line, code, detail });
  }
}

export function insertImport(db: Db, one: Import): null {
  const { id, workspaceId, status, createdAt } = one;
  db.run('insertImport', { id, workspace: workspaceId, status, createdAt, body: JSON.stringify(one) });
  return null;
}

export function findImport(db: Db, args: { workspace: string; id: string }): Import | undefined {
  return importOf(db.get<{ body: string }>('findImport', args));
}

export function unfinishedImport(db: Db, _: undefined): Import | undefined {
  return importOf(db.get<{ body: string }>('unfinishedImport'));
}

export function importFaults(db: Db, args: { id: string; after: number; limit: number }): ImportFault[] {
  return db.all<ImportFault>('importFaults', args);
}

function importOf(row: { readonly body: string } | undefined): Import | undefined {
  return row && (JSON.parse(row.body) as Import);
}
