import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import type { Upsert } from './subscribers.js';

/** A record that was not taken. `line` is where it begins in the file, from 1. */
export interface ImportFault {
  readonly line: number;
  readonly code: string;
  readonly detail: string;
}

export interface ImportBatch {
  readonly before: Import;
  /** With `rows`, `rejected` and the checkpoint after this batch; `created` and `updated` are the store's to count. */
  readonly after: Import;
  readonly rows: readonly Upsert[];
  readonly faults: readonly ImportFault[];
}

/**
 * Imports and their progress.
 *
 * Guarantees: `commit` stores the rows, the faults, the counts and the checkpoint in one atomic step. So an import that
 * is read on from its checkpoint after a crash counts and stores every record exactly once. (On DynamoDB, where a batch is
 * several transactions, the checkpoint moves with the last and rows are idempotent; `created` may then count a repeated
 * row as updated.) `unfinished` is the oldest that is queued or running.
 */
export interface Imports {
  insert(one: Import): Promise<void>;
  find(workspaceId: WorkspaceId, id: ImportId): Promise<Import | undefined>;
  unfinished(): Promise<Import | undefined>;
  commit(batch: ImportBatch): Promise<Import>;
  /** In order of line, those after `afterLine`. */
  faults(id: ImportId, afterLine: number, limit: number): Promise<readonly ImportFault[]>;
}
export const Imports = Symbol('Imports');
