import { Refusal } from '#domain/kernel/refusal.js';
import { FAULTS_KEPT, type Import, isSameCheckpoint } from '#domain/campaign/model/import.js';
import type { Attributes, SubscriberFacts } from '#domain/campaign/model/subscriber.js';
import type { ImportBatch, ImportFault, ImportRow } from '#ports/campaign/imports.js';
import type { Db } from '../engine/store.js';
import { type Joining, joinLists, type ListRow, listRows, mergeParams, upsert } from './subscriber-rows.js';

/** What a row says, an empty object meaning that nothing is said of attributes. */
type RowText = readonly [
  id: string,
  email: string,
  name: string | null,
  locale: string | null,
  timezone: string | null,
  attributes: string,
  line: number,
];
const CELLS = 7;

/** A batch as it travels to the storage thread. */
export interface CommitBatch {
  readonly before: Import;
  readonly after: Import;
  /**
   * {@link RowText}s one behind the other, in order of address, each address once. A list of bare values is handed over in a
   * third of the time that a text of JSON or as many objects take, both threads counted.
   */
  readonly cells: readonly (string | number | null)[];
  /** Those whose address stands in the batch already, in their order. */
  readonly repeats: readonly ImportRow[];
  readonly faults: readonly ImportFault[];
  readonly now: number;
}

/** The batch as the procedure wants it. Addresses in order touch the fewest pages of the indexes that have them. */
export function commitArgs({ before, after, rows, faults }: ImportBatch, now: number): CommitBatch {
  const repeats: ImportRow[] = [];
  const cells: (string | number | null)[] = [];
  let last = '';
  for (const row of isOrdered(rows) ? rows : ordered(rows)) {
    const { id, facts, line } = row;
    const { email, name = null, locale = null, timezone = null, attributes } = facts;
    if (email === last) repeats.push(row);
    else cells.push(id, email, name, locale, timezone, attributes ? JSON.stringify(attributes) : '{}', line);
    last = email;
  }
  return { before, after, cells, repeats, faults, now };
}

/** As a window of a file hands them out, so that sorting them again would be for nothing. */
function isOrdered(rows: readonly ImportRow[]): boolean {
  let last = '';
  for (const { facts } of rows) {
    if (facts.email < last) return false;
    last = facts.email;
  }
  return true;
}

/** Rows of one address stay in their order. */
function ordered(rows: readonly ImportRow[]): ImportRow[] {
  return [...rows].sort((a, b) => {
    if (a.facts.email === b.facts.email) return 0;
    return a.facts.email < b.facts.email ? -1 : 1;
  });
}

/** What one batch of a CSV says and how far the file has been read: kept together or not at all. */
export function commitBatch(db: Db, batch: CommitBatch): Import | 'stale' {
  const { before, after } = batch;
  const stored = findImport(db, { workspace: before.workspaceId, id: before.id });
  if (!stored || !continues(stored, before)) return 'stale';
  const putting = new BatchPutting(db, stored, batch);
  putting.putAll(rowsOf(batch.cells));
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

function rowsOf(cells: CommitBatch['cells']): RowText[] {
  const rows: RowText[] = [];
  for (let at = 0; at < cells.length; at += CELLS)
    rows.push(cells.slice(at, at + CELLS) as unknown as RowText);
  return rows;
}

function saidIn([, , name, locale, timezone, attributes]: RowText): Omit<SubscriberFacts, 'email'> {
  return {
    ...(name !== null && { name }),
    ...(locale !== null && { locale }),
    ...(timezone !== null && { timezone }),
    ...(attributes !== '{}' && { attributes: JSON.parse(attributes) as Attributes }),
  };
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

  constructor(db: Db, { workspaceId, listIds }: Import, { cells, now }: CommitBatch) {
    this.#db = db;
    this.#workspace = workspaceId;
    // For no rows no list is asked for: an import whose list is gone could not even be said to have failed.
    this.#lists = cells.length === 0 ? [] : listRows(db, workspaceId, listIds);
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
    this.#joinNew(lastNo);
    if (created < rows.length) joinLists(this.#db, this.#lists, this.#merge(rows, lastNo));
  }

  putOne(row: ImportRow): void {
    this.#orFault(row.line, () => {
      const { no, created } = upsert(this.#db, this.#workspace, row, this.#now);
      joinLists(this.#db, this.#lists, [{ email: row.facts.email, no }]);
      if (created) this.created += 1;
      else this.updated += 1;
    });
  }

  /** Whoever got a number behind the last one. They have them in order of address, as the members of a list are kept. */
  #joinNew(lastNo: number): void {
    for (const { no: list } of this.#lists) {
      const joined = this.#db.run('joinNew', { list, lastNo });
      if (joined > 0) this.#db.run('countMembers', { list, change: joined });
    }
  }

  /** Merges those who were there before; answers who they are, without those for whom it was a fault. */
  #merge(rows: readonly RowText[], lastNo: number): Joining[] {
    const emails = JSON.stringify(rows.map(([, email]) => email));
    const params = { workspace: this.#workspace, emails, lastNo };
    const known = this.#db.all<{ at: number; no: number; attributes: string }>('knownAmong', params);
    const joining: Joining[] = [];
    const merges = known.flatMap((person) => {
      const row = rows[person.at];
      if (!row) return [];
      const [, email, , , , , line] = row;
      const merge = this.#orFault(line, () => mergeParams(person, saidIn(row), this.#now));
      if (merge) joining.push({ email, no: person.no });
      return merge ? [merge] : [];
    });
    this.updated += this.#db.runEach('mergeRow', merges);
    return joining;
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
  const inOrder = [...faults].sort((a, b) => a.line - b.line).slice(0, room);
  db.runEach(
    'insertImportFault',
    inOrder.map(({ line, code, detail }) => [stored.id, line, code, detail]),
  );
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

export function isUnfinishedImport(db: Db, args: { id: string }): boolean {
  return db.get('isUnfinishedImport', args) !== undefined;
}

export function importFaults(db: Db, args: { id: string; after: number; limit: number }): ImportFault[] {
  return db.all<ImportFault>('importFaults', args);
}

function importOf(row: { readonly body: string } | undefined): Import | undefined {
  return row && (JSON.parse(row.body) as Import);
}
