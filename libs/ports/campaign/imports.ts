import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import type { Upsert } from './subscribers.js';

/** A record that was not taken. `line` is where it begins in the file, from 1. */
export interface ImportFault {
  readonly line: number;
  readonly code: string;
  readonly detail: string;
}

/** A record to be taken. */
export interface ImportRow extends Upsert {
  readonly line: number;
}

export interface ImportBatch {
  /** What the batch is read on from: its checkpoint must be the stored one. */
  readonly before: Import;
  /**
   * With the checkpoint, and with `rows` and `rejected` as much higher as the batch adds to them; `created` and `updated` are
   * the store's to count.
   */
  readonly after: Import;
  readonly rows: readonly ImportRow[];
  readonly faults: readonly ImportFault[];
}

/**
 * Imports and their progress.
 *
 * Guarantees
 * - `commit` stores the rows, the faults, the counts and the checkpoint in one atomic step, but only while the import is
 *   unfinished and its stored checkpoint is that of `before`; otherwise nothing is stored and the answer is `stale`. So an
 *   import that is read on from its checkpoint after a crash, or worked off by two processes at once, counts and stores
 *   every record exactly once. (On DynamoDB, where a batch is several transactions, the checkpoint moves with the last and
 *   rows are idempotent; `created` may then count a repeated row as updated.)
 * - The rows of a batch are put like `Subscribers.put` puts them, in their order. One whose attributes would grow past
 *   their limit by the merge is rejected as a fault of its own line.
 * - A batch may be sent before the one it follows is answered: it is then stored after it, or it is `stale`.
 * - `insert` with a known id changes nothing. `find` sees every acknowledged write. `unfinished` is the oldest that is
 *   queued or running, of any workspace, and `isUnfinished` tells whether one is, of any workspace.
 */
export interface Imports {
  insert(one: Import): Promise<void>;
  find(workspaceId: WorkspaceId, id: ImportId): Promise<Import | undefined>;
  unfinished(): Promise<Import | undefined>;
  isUnfinished(id: ImportId): Promise<boolean>;
  commit(batch: ImportBatch): Promise<Import | 'stale'>;
  /** In order of line, those after `afterLine`. */
  faults(id: ImportId, afterLine: number, limit: number): Promise<readonly ImportFault[]>;
}
export const Imports = Symbol('Imports');
