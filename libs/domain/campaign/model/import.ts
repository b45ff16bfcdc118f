import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ListId } from './campaign.js';

export type ImportId = Brand<string, 'ImportId'>;

/** Where reading goes on: every record before `offset` has been committed. */
export interface Checkpoint {
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** The number of the line that begins there, from 1. */
  readonly line: number;
  /**
   * The `records` that begin there are taken in order of address, and `taken` of those that could be read have been
   * committed, as have the faults of the others. `end` is the offset behind the last of them.
   */
  readonly window?: { readonly records: number; readonly taken: number; readonly end?: number };
}

export function isSameCheckpoint(a: Checkpoint, b: Checkpoint): boolean {
  return a.offset === b.offset && a.line === b.line && a.window?.taken === b.window?.taken;
}

/**
 * One CSV on its way in. Every record after the header is counted once: rows = created + updated + rejected. A person who
 * stands in the file twice is created by the first record and updated by the second.
 */
export interface Import {
  readonly id: ImportId;
  readonly workspaceId: WorkspaceId;
  readonly listIds: readonly ListId[];
  /** Name of the stored file. */
  readonly blob: string;
  readonly status: 'queued' | 'running' | 'finished' | 'failed';
  readonly bytes: number;
  readonly checkpoint: Checkpoint;
  /** How the file is written, known once its header has been read. */
  readonly header?: readonly string[];
  readonly delimiter?: string;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly rejected: number;
  /** Why it failed as a whole: no row was read after that. */
  readonly reason?: string;
  readonly createdAt: Instant;
  readonly finishedAt?: Instant;
}

/** Faults kept with their line; more are counted, not kept. */
export const FAULTS_KEPT = 10_000;

/** How much of the file has been worked off, 0..1, by its bytes. */
export function progressOf({ status, bytes, checkpoint: { offset, window } }: Import): number {
  if (status === 'finished' || bytes === 0) return 1;
  const within = window?.end === undefined ? 0 : ((window.end - offset) * window.taken) / window.records;
  return Math.min(1, (offset + within) / bytes);
}
