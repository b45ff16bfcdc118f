import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

/** What the writer and the thread that folds say to each other: one word in memory that both see. */
export const word = { idle: 0, asked: 1, leave: 2, gone: 3 } as const;

export interface CheckpointThreadOptions {
  readonly file: string;
  /** Of one Int32. */
  readonly shared: SharedArrayBuffer;
}

/** In pages of 4 KiB. */
export interface CheckpointSettings {
  /** As many are folded at a time: few take a thread that shares our disk a few milliseconds. */
  readonly portion: number;
  /** A log of this length is begun anew as soon as it is folded to its end. */
  readonly restartAt: number;
  /** Nobody keeps up with us: from here on we wait for it ourselves. */
  readonly atMost: number;
}

const SETTINGS: CheckpointSettings = { portion: 2048, restartAt: 8192, atMost: 32_768 };

/** Longer than a checkpoint takes on a slow disk (ms). Whoever does not leave by then is left behind. */
const LEAVES_WITHIN = 5000;

interface Length {
  /** Pages in the log, and those of them that stand in the database. */
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Keeps the write-ahead log short. SQLite folds it into the database within the commit that makes it too long, which takes 40 to
 * 100 ms with 32 MiB of it: everybody whose write shares that commit waits. Here a thread of its own folds while the writer goes
 * on; the writer folds but what came meanwhile, for a log can be begun anew only when nothing is left of it
 * (https://sqlite.org/wal.html#checkpointing). The thread is started with the first portion: a server that rests does without.
 */
export class Checkpoints {
  readonly #file: string;
  readonly #settings: CheckpointSettings;
  readonly #look: StatementSync;
  readonly #fold: StatementSync;
  readonly #said = new Int32Array(new SharedArrayBuffer(4));
  #thread: Worker | undefined;
  #alone = false;
  /** A reader stands in the way of beginning anew: it is tried again another portion later. */
  #restartAt: number;

  /** @param db the writer's */
  constructor(db: DatabaseSync, file: string, settings: CheckpointSettings = SETTINGS) {
    this.#file = file;
    this.#settings = settings;
    this.#restartAt = settings.restartAt;
    db.exec('PRAGMA wal_autocheckpoint = 0');
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#fold = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Between two transactions, when nobody waits for the last one any more. */
  afterCommit(): void {
    try {
      this.#keepShort();
    } catch {
      // As of SQLite's own checkpoint after a commit: what is committed is in the log, and that stays.
    }
  }

  /** The database is closed next: with nobody else at it, that folds the rest. */
  close(): void {
    if (!this.#thread || this.#alone) return;
    Atomics.store(this.#said, 0, word.leave);
    Atomics.notify(this.#said, 0);
    Atomics.wait(this.#said, 0, word.leave, LEAVES_WITHIN);
  }

  #keepShort(): void {
    const { log, checkpointed } = this.#look.get() as unknown as Length;
    const { portion, restartAt, atMost } = this.#settings;
    const unfolded = log - checkpointed;
    if (log < restartAt) this.#restartAt = restartAt;
    if (unfolded >= (this.#alone ? restartAt : atMost)) this.#fold.get();
    else if (this.#alone || Atomics.load(this.#said, 0) !== word.idle) return;
    else if (unfolded >= portion) this.#foldThere();
    else if (log >= this.#restartAt) {
      this.#restartAt = log + portion;
      this.#fold.get();
    }
  }

  #foldThere(): void {
    this.#thread ??= this.#start();
    Atomics.store(this.#said, 0, word.asked);
    Atomics.notify(this.#said, 0);
  }

  #start(): Worker {
    const shared = this.#said.buffer;
    const thread = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
      workerData: { file: this.#file, shared } satisfies CheckpointThreadOptions,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    thread.unref();
    // It has died of something: we go on as SQLite would by itself.
    thread.on('error', () => (this.#alone = true));
    return thread;
  }
}
