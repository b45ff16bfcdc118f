import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { FAULTS_KEPT, type Import, type ImportId, isSameCheckpoint } from '#domain/campaign/model/import.js';
import type { ImportBatch, ImportFault, ImportRow, Imports } from '#ports/campaign/imports.js';
import type { Clock } from '#ports/system/clock.js';
import type { MemoryPeople } from './memory-people.js';

export class MemoryImports implements Imports {
  readonly #people: MemoryPeople;
  readonly #clock: Clock;
  readonly #imports = new Map<string, Import>();
  readonly #faults = new Map<string, ImportFault[]>();

  constructor(people: MemoryPeople, clock: Clock) {
    this.#people = people;
    this.#clock = clock;
  }

  async insert(one: Import): Promise<void> {
    if (!this.#imports.has(one.id)) this.#imports.set(one.id, one);
  }

  async find(workspaceId: WorkspaceId, id: ImportId): Promise<Import | undefined> {
    return this.#stored(workspaceId, id);
  }

  async unfinished(): Promise<Import | undefined> {
    const open = [...this.#imports.values()].filter(isOpen);
    return open.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))[0];
  }

  async isUnfinished(id: ImportId): Promise<boolean> {
    const one = this.#imports.get(id);
    return one !== undefined && isOpen(one);
  }

  async commit({ before, after, rows, faults }: ImportBatch): Promise<Import | 'stale'> {
    const stored = this.#stored(before.workspaceId, before.id);
    if (!stored || !isOpen(stored) || !isSameCheckpoint(stored.checkpoint, before.checkpoint)) return 'stale';
    const done = this.#putAll(stored, rows);
    const count = (what: 'created' | 'updated'): number => done.filter((one) => one === what).length;
    const refused = done.filter((one) => typeof one === 'object');
    const progress: Import = {
      ...after,
      rows: stored.rows + after.rows - before.rows,
      created: stored.created + count('created'),
      updated: stored.updated + count('updated'),
      rejected: stored.rejected + after.rejected - before.rejected + refused.length,
    };
    this.#keep(stored, [...faults, ...refused]);
    this.#imports.set(stored.id, progress);
    return progress;
  }

  async faults(id: ImportId, afterLine: number, limit: number): Promise<readonly ImportFault[]> {
    const kept = this.#faults.get(id) ?? [];
    return kept.filter(({ line }) => line > afterLine).slice(0, limit);
  }

  #stored(workspaceId: WorkspaceId, id: string): Import | undefined {
    const one = this.#imports.get(id);
    return one?.workspaceId === workspaceId ? one : undefined;
  }

  #putAll(
    { workspaceId, listIds }: Import,
    rows: readonly ImportRow[],
  ): ('created' | 'updated' | ImportFault)[] {
    const lists = rows.length > 0 ? this.#people.listRows(workspaceId, listIds) : [];
    const now = this.#clock.now();
    return rows.map((row) => {
      try {
        return this.#people.put(workspaceId, row, lists, now).created ? 'created' : 'updated';
      } catch (error) {
        const fault = error instanceof Refusal ? error.faults[0] : undefined;
        if (!fault) throw error;
        return { line: row.line, code: fault.code, detail: fault.detail };
      }
    });
  }

  #keep({ id, rejected }: Import, faults: readonly ImportFault[]): void {
    const inOrder = [...faults].sort((a, b) => a.line - b.line).slice(0, Math.max(0, FAULTS_KEPT - rejected));
    const kept = [...(this.#faults.get(id) ?? []), ...inOrder];
    this.#faults.set(
      id,
      kept.sort((a, b) => a.line - b.line),
    );
  }
}

function isOpen({ status }: Import): boolean {
  return status === 'queued' || status === 'running';
}
