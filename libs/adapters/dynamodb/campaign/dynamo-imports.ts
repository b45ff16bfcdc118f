import type { WorkspaceId } from '#domain/kernel/brand.js';
import { FAULTS_KEPT, type Import, type ImportId, isSameCheckpoint } from '#domain/campaign/model/import.js';
import type { ImportBatch, ImportFault, Imports } from '#ports/campaign/imports.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { ownLists } from './dynamo-lists.js';
import { type DynamoPeople, pieces } from './dynamo-people.js';
import type { Outcome } from './take-rows.js';

/** All that are unfinished, the oldest first: as few as imports are asked for, so they are in one place. */
const OPEN_PARTITION = 'IMPORT-OPEN';
/** Somebody may have finished the first of them since. */
const OPEN_LOOKED_AT = 10;
/** In one request, and requests at once. */
const FAULTS_AT_ONCE = 25 * 4;

interface ImportItem extends Key {
  /** Another one with every batch. */
  readonly step: number;
  readonly body: string;
}

interface OpenItem extends Key {
  readonly importId: ImportId;
}

interface FaultItem extends Key, ImportFault {}

/**
 * Imports, whose batches are more than one transaction can hold: first the people, each with a mark of how far this import has
 * told of them; then the faults, each in the place of its line; last of all the checkpoint with the counts. A batch that is
 * done again because somebody died before that finds the marks: it changes nothing, and counts what it counted.
 */
export class DynamoImports implements Imports {
  readonly #people: DynamoPeople;
  readonly #table: DynamoTable;
  readonly #clock: Clock;
  readonly #turns = new Map<ImportId, Promise<unknown>>();

  constructor(people: DynamoPeople, clock: Clock) {
    this.#people = people;
    this.#table = people.table;
    this.#clock = clock;
  }

  async insert(one: Import): Promise<void> {
    const put: Write = { kind: 'put', item: itemOf(one, 0), if: when`attribute_not_exists(pk)` };
    await this.#table.transact([put, ...(isOpen(one) ? [openWrite(one)] : [])]);
  }

  async find(workspaceId: WorkspaceId, id: ImportId): Promise<Import | undefined> {
    const { stored } = (await this.#stored(id)) ?? {};
    return stored?.workspaceId === workspaceId ? stored : undefined;
  }

  async unfinished(): Promise<Import | undefined> {
    const waiting = await this.#table.list<OpenItem>({ pk: OPEN_PARTITION, limit: OPEN_LOOKED_AT });
    for (const { importId } of waiting) {
      const { stored } = (await this.#stored(importId)) ?? {};
      if (stored && isOpen(stored)) return stored;
    }
    return undefined;
  }

  async isUnfinished(id: ImportId): Promise<boolean> {
    const found = await this.#stored(id);
    return found !== undefined && isOpen(found.stored);
  }

  /** One batch of an import after the other: the next may be sent before this one is answered. */
  commit(batch: ImportBatch): Promise<Import | 'stale'> {
    const { id } = batch.before;
    const committed = (this.#turns.get(id) ?? Promise.resolve()).then(() => this.#commit(batch));
    const turn = committed
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(id) === turn) this.#turns.delete(id);
      });
    this.#turns.set(id, turn);
    return committed;
  }

  async faults(id: ImportId, afterLine: number, limit: number): Promise<readonly ImportFault[]> {
    const from = key(afterLine + 1);
    const found = await this.#table.list<FaultItem>({ pk: key('IMPORT-FAULT', id), from, limit });
    return found.map(({ line, code, detail }) => ({ line, code, detail }));
  }

  async #stored(id: ImportId): Promise<{ readonly stored: Import; readonly step: number } | undefined> {
    const item = await this.#table.get<ImportItem>(keyOf(id));
    return item && { stored: JSON.parse(item.body) as Import, step: item.step };
  }

  async #commit(batch: ImportBatch): Promise<Import | 'stale'> {
    const { before, after, rows } = batch;
    const found = await this.#stored(before.id);
    if (!found || found.stored.workspaceId !== before.workspaceId) return 'stale';
    const { stored, step } = found;
    if (!isOpen(stored) || !isSameCheckpoint(stored.checkpoint, before.checkpoint)) return 'stale';
    const outcomes = await this.#take(stored, rows);
    const refused = outcomes.flatMap((one, at): ImportFault[] => {
      const line = rows[at]?.line;
      return one.kind === 'put' || line === undefined
        ? []
        : [{ line, code: one.fault.code, detail: one.fault.detail }];
    });
    await this.#keep(stored, [...batch.faults, ...refused]);
    const created = outcomes.filter((one) => one.kind === 'put' && one.put.created).length;
    const progress: Import = {
      ...after,
      rows: stored.rows + after.rows - before.rows,
      created: stored.created + created,
      updated: stored.updated + outcomes.length - refused.length - created,
      rejected: stored.rejected + after.rejected - before.rejected + refused.length,
    };
    return this.#save(progress, step);
  }

  async #take({ id, workspaceId, listIds }: Import, rows: ImportBatch['rows']): Promise<readonly Outcome[]> {
    // For no rows no list is asked for: an import whose list is gone could not even be said to have failed.
    if (rows.length === 0) return [];
    const lists = await ownLists(this.#table, workspaceId, listIds);
    return this.#people.take(rows, { workspaceId, listIds: lists, now: this.#clock.now(), importId: id });
  }

  async #keep({ id, rejected }: Import, faults: readonly ImportFault[]): Promise<void> {
    const inOrder = [...faults].sort((a, b) => a.line - b.line).slice(0, Math.max(0, FAULTS_KEPT - rejected));
    const items = inOrder.map((fault): FaultItem => {
      return { pk: key('IMPORT-FAULT', id), sk: key(fault.line), ...fault };
    });
    for (const some of pieces(items, FAULTS_AT_ONCE))
      await Promise.all(
        pieces(some, 25).map((few) => this.#table.writeAll(few.map((item) => ({ put: { ...item } })))),
      );
  }

  /** In a transaction, though it be of one item: asked again after a lost answer it must not take its own writing for another's. */
  async #save(progress: Import, step: number): Promise<Import | 'stale'> {
    const put: Write = { kind: 'put', item: itemOf(progress, step + 1), if: when`#step = ${step}` };
    const over: Write[] = isOpen(progress) ? [] : [{ kind: 'delete', key: openKey(progress) }];
    const { kind } = await this.#table.transact([put, ...over]);
    return kind === 'done' ? progress : 'stale';
  }
}

function isOpen({ status }: Import): boolean {
  return status === 'queued' || status === 'running';
}

function keyOf(id: ImportId): Key {
  return { pk: key('IMPORT', id), sk: 'import' };
}

function itemOf(one: Import, step: number): ImportItem & Record<string, unknown> {
  return { ...keyOf(one.id), step, body: JSON.stringify(one) };
}

function openKey({ id, createdAt }: Import): Key {
  return { pk: OPEN_PARTITION, sk: key(createdAt, id) };
}

function openWrite(one: Import): Write {
  const item: OpenItem = { ...openKey(one), importId: one.id };
  return { kind: 'put', item: { ...item } };
}
