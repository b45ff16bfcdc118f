import { Refusal } from '#domain/kernel/refusal.js';
import { FAULTS_KEPT, type Import, isSameCheckpoint } from '#domain/campaign/model/import.js';
import type { Attributes } from '#domain/campaign/model/subscriber.js';
import type { ImportBatch, ImportFault, ImportRow } from '#ports/campaign/imports.js';
import type { Db } from '../engine/store.js';
import { joinLists, type ListRow, listRows, mergeParams, upsert } from './subscriber-rows.js';

/** A row as it travels to the storage thread, an empty object meaning that nothing is said of attributes. */
type RowText = readonly [
  id: string,
  email: string,
  name: string | null,
  locale: string | null,
  timezone: string | null,
  attributes: string,
  line: number,
];

/** A batch as it travels to the storage thread: one text is quicker to hand over than a thousand objects. */
export interface CommitBatch {
  readonly before: Import;
  readonly after: Import;
  /** JSON of {@link RowText}s in order of address, each address once. */
  readonly rows: string;
  /** Those whose address stands in the batch already, in their order. */
  readonly repeats: readonly ImportRow[];
  readonly faults: readonly ImportFault[];
  readonly now: number;
}

/** The batch as the procedure wants it. Addresses in order touch the fewest pages of the indexes that have them. */
export function commitArgs({ before, after, rows, faults }: ImportBatch, now: number): CommitBatch {
  const first = new Map<string, ImportRow>();
  const repeats: ImportRow[] = [];
  for (const row of rows) {
    if (first.has(row.facts.email)) repeats.push(row);
    else first.set(row.facts.email, row);
  }
  const ordered = [...first.values()].sort((a, b) => (a.facts.email < b.facts.email ? -1 : 1));
  return { before, after, rows: JSON.stringify(ordered.map(textOf)), repeats, faults, now };
}

function textOf({ id, facts, line }: ImportRow): RowText {
  const { email, name = null, locale = null, timezone = null, attributes = {} } = facts;
  return [id, email, name, locale, timezone, JSON.stringify(attributes), line];
}

/** What one batch of a CSV says and how far the file has been read: kept together or not at all. */
export function commitBatch(db: Db, batch: CommitBatch): Import | 'stale' {
  const { before, after } = batch;
  const stored = findImport(db, { workspace: before.workspaceId, id: before.id });
  if (!stored || !continues(stored, before)) return 'stale';
  const putting = new BatchPutting(db, stored, batch.now);
  putting.putAll(JSON.parse(batch.rows) as RowText[]);
  for (const row of batch.repeats) putting.putOne(row);
  const { created, updated, faults } = putting;
  const progress: Import = {
    ...after,
    rows: stored.rows + after.rows - before.rows,
    created: stored.created + created,
    updated: stored.updated + updated,
    rejected: stored.rejected + after.rejected - before.rejected + faults.length,
  };
  keepFaults(db, stored, [...batch.faults, ...faults]);
  db.run('saveImport', { id: stored.id, status: progress.status, body: JSON.stringify(progress) });
  return progress;
}

/** Whether a batch that was read on from `before` follows what is stored. */
function continues(stored: Import, before: Import): boolean {
  const open = stored.status === 'queued' || stored.status === 'running';
  return open && isSameCheckpoint(stored.checkpoint, before.checkpoint);
}

/** Puts the rows of one batch and counts what became of them. */
class BatchPutting {
  readonly faults: ImportFault[] = [];
  created = 0;
  updated = 0;
  readonly #db: Db;
  readonly #workspace: string;
  readonly #lists: readonly ListRow[];
  readonly #now: number;

  constructor(db: Db, { workspaceId, listIds }: Import, now: number) {
    this.#db = db;
    this.#workspace = workspaceId;
    this.#lists = listRows(db, workspaceId, listIds);
    this.#now = now;
  }

  /** All new, most of the time: then each row is one insertion and one for each list. */
  putAll(rows: readonly RowText[]): void {
    const lastNo = this.#db.get<{ no: number }>('lastNo')?.no ?? 0;
    const inserts = rows.map(([id, email, name, locale, timezone, attributes], i) => {
      return [lastNo + 1 + i, id, this.#workspace, email, name, locale, timezone, attributes, this.#now];
    });
    const created = this.#db.runEach('insertNew', inserts);
    this.created += created;
    const people = rows.map(([, email], i) => ({ email, no: lastNo + 1 + i }));
    if (created === rows.length) return joinLists(this.#db, this.#lists, people);
    const known = this.#merge(rows, lastNo);
    const joining = people.flatMap((one, i) => {
      const no = known.has(i) ? known.get(i) : one.no;
      return no === undefined ? [] : [{ ...one, no }];
    });
    joinLists(this.#db, this.#lists, joining);
  }

  putOne(row: ImportRow): void {
    this.#orFault(row.line, () => {
      const { no, created } = upsert(this.#db, this.#workspace, row, this.#now);
      joinLists(this.#db, this.#lists, [{ email: row.facts.email, no }]);
      if (created) this.created += 1;
      else this.updated += 1;
    });
  }

  /** Merges those who were there before; answers their numbers by place in the batch, undefined for a fault. */
  #merge(rows: readonly RowText[], lastNo: number): Map<number, number | undefined> {
    const emails = JSON.stringify(rows.map(([, email]) => email));
    const params = { workspace: this.#workspace, emails, lastNo };
    const known = this.#db.all<{ at: number; no: number; attributes: string }>('knownAmong', params);
    const numbers = new Map<number, number | undefined>();
    const merges = known.flatMap((row) => {
      const [, , name, locale, timezone, text = '{}', line = 0] = rows[row.at] ?? [];
      numbers.set(row.at, undefined);
      const attributes = text === '{}' ? {} : { attributes: JSON.parse(text) as Attributes };
      const said = {
        ...(name && { name }),
        ...(locale && { locale }),
        ...(timezone && { timezone }),
        ...attributes,
      };
      const merge = this.#orFault(line, () => mergeParams(row, said, this.#now));
      if (merge) numbers.set(row.at, row.no);
      return merge ? [merge] : [];
    });
    this.updated += this.#db.runEach('mergeRow', merges);
    return numbers;
  }

  /** A row that would make somebody's attributes too large is a fault of its own. */
  #orFault<T>(line: number, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      const fault = error instanceof Refusal ? error.faults[0] : undefined;
      if (!fault) throw error;
      this.faults.push({ line, code: fault.code, detail: fault.detail });
      return undefined;
    }
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
