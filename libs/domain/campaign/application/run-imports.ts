import { Refusal } from '#domain/kernel/refusal.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import { type Columns, readHeader } from '#domain/campaign/model/subscriber-csv.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { CsvReader, CsvShape } from '#ports/campaign/csv.js';
import type { Imports } from '#ports/campaign/imports.js';
import type { Blobs } from '#ports/system/blobs.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Log } from '#ports/system/log.js';
import { batchesOf } from './import-batches.js';
import { IMPORT_LIMITS, type ImportLimits } from './import-window.js';

export interface ImportTools {
  readonly imports: Imports;
  readonly blobs: Blobs;
  readonly csv: CsvReader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** `stopped`: by us; `overtaken`: somebody else works on the same import. */
export type Ran = Import | 'stopped' | 'overtaken';

const LOOK_EVERY_MS = 5_000;
const AFTER_ERROR_MS = 2_000;
/** Trying again reads a whole window again: not more often while there is no room for it. */
const WHILE_UNAVAILABLE_MS = 10_000;
/** An import that fails so often without getting on would keep all others waiting for ever. */
const MOST_FAILURES = 10;
const TEMPORARY: ReadonlySet<string> = new Set(['storage_full', 'storage_unavailable', 'shutting_down']);
const SWEEP_EVERY_MS = 3_600_000;
/** So long after a file was stored, milliseconds, the import that it came for has been too, or will never be. */
const ORPHAN_AFTER_MS = 3_600_000;

/**
 * Works off imports, one after the other. Each batch is committed together with how far the file has been read: if the
 * process dies, the next one reads on from there, and every record is counted once.
 */
export class RunImports {
  readonly #tools: ImportTools;
  readonly #limits: ImportLimits;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #wake: () => void = () => {};
  /** How often in a row the same import failed at the same place. */
  #failing = { at: '', times: 0 };
  #nextSweep = -Infinity;

  constructor(tools: ImportTools, limits = IMPORT_LIMITS) {
    this.#tools = tools;
    this.#limits = limits;
  }

  /** May be started again once it has stopped: a function of Lambda lives from one minute to the next. */
  start(): void {
    this.#stopping = false;
    this.#running = this.#loop();
  }

  /** There may be a new one. */
  look(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { log, clock } = this.#tools;
    while (!this.#stopping) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const wait = await this.#round().catch((error: unknown) => {
        log.error('import.interrupted', { error });
        return error instanceof Refusal ? WHILE_UNAVAILABLE_MS : AFTER_ERROR_MS;
      });
      if (this.#stopping) return;
      if (wait === 0) continue;
      const cancel = clock.after(wait, () => this.#wake());
      await woken;
      cancel();
    }
  }

  /** Works off the oldest import. Answers how long to rest. */
  async #round(): Promise<number> {
    await this.#sweepNowAndThen();
    const next = await this.#tools.imports.unfinished();
    if (!next) return LOOK_EVERY_MS;
    try {
      const ran = await this.run(next);
      return ran === 'overtaken' ? LOOK_EVERY_MS : 0;
    } catch (error) {
      const reason = this.#reasonToGiveUp(next, error);
      if (reason === undefined) throw error;
      this.#tools.log.error('import.failed', { importId: next.id, error });
      await this.#fail(next, reason);
      return 0;
    }
  }

  /** From its checkpoint to the end of the file, or until `stop`. */
  async run(stored: Import): Promise<Ran> {
    const shape = await this.#shapeOf(stored);
    if (!shape)
      return this.#fail(stored, 'The file has no readable header line. The first line names the columns.');
    const columns = readHeader(shape.header);
    if (typeof columns === 'string') return this.#fail(stored, columns);
    const begun = stored.header === undefined ? await this.#begin(stored, shape) : stored;
    if (begun === 'overtaken') return begun;
    const read = await this.#readOn(begun, shape, columns);
    return typeof read === 'string' ? read : this.#finish(read);
  }

  /** Reads and commits to the end of the file. While some batches are written the next are read. */
  async #readOn(from: Import, shape: CsvShape, columns: Columns): Promise<Ran> {
    const { imports, blobs, csv, ids } = this.#tools;
    const file = wholeOf(blobs.open(from.blob, from.checkpoint.offset), from);
    const records = csv.records(file, from.checkpoint, shape);
    const nextId = (): SubscriberId => ids.next('sub') as SubscriberId;
    const onTheWay: Promise<Import | 'stale'>[] = [];
    let current = from;
    try {
      for await (const batch of batchesOf(records, columns, from, nextId, this.#limits)) {
        if (this.#stopping) return 'stopped';
        const committed = imports.commit(batch);
        // It is looked at when its turn comes; until then a failure of it is nobody's.
        committed.catch(() => undefined);
        onTheWay.push(committed);
        current = batch.after;
        if (onTheWay.length === this.#limits.inFlight && (await onTheWay.shift()) === 'stale')
          return 'overtaken';
      }
      for (const committed of onTheWay) if ((await committed) === 'stale') return 'overtaken';
      return current;
    } finally {
      await Promise.allSettled(onTheWay);
    }
  }

  async #shapeOf({ header, delimiter, blob, checkpoint }: Import): Promise<CsvShape | undefined> {
    if (header && delimiter !== undefined) return { header, delimiter, end: checkpoint };
    return this.#tools.csv.shape(this.#tools.blobs.open(blob, 0));
  }

  #begin(before: Import, { header, delimiter, end }: CsvShape): Promise<Import | 'overtaken'> {
    return this.#step(before, { ...before, status: 'running', header, delimiter, checkpoint: end });
  }

  async #finish(before: Import): Promise<Ran> {
    const finishedAt = this.#tools.clock.now();
    const finished = await this.#step(before, { ...before, status: 'finished', finishedAt });
    if (finished !== 'overtaken') await this.#tools.blobs.remove(before.blob);
    return finished;
  }

  async #fail(before: Import, reason: string): Promise<Ran> {
    const finishedAt = this.#tools.clock.now();
    const failed = await this.#step(before, { ...before, status: 'failed', reason, finishedAt });
    if (failed !== 'overtaken') await this.#tools.blobs.remove(before.blob);
    return failed;
  }

  async #step(before: Import, after: Import): Promise<Import | 'overtaken'> {
    const stored = await this.#tools.imports.commit({ before, after, rows: [], faults: [] });
    return stored === 'stale' ? 'overtaken' : stored;
  }

  /** Undefined as long as trying again may help. */
  #reasonToGiveUp({ id, checkpoint }: Import, error: unknown): string | undefined {
    if (error instanceof Refusal) return TEMPORARY.has(error.code) ? undefined : error.message;
    const at = `${id} ${checkpoint.offset} ${checkpoint.window?.taken ?? 0}`;
    this.#failing = { at, times: this.#failing.at === at ? this.#failing.times + 1 : 1 };
    return this.#failing.times < MOST_FAILURES ? undefined : 'It failed again and again in the same place.';
  }

  async #sweepNowAndThen(): Promise<void> {
    const { clock, log } = this.#tools;
    if (clock.monotonic() < this.#nextSweep) return;
    this.#nextSweep = clock.monotonic() + SWEEP_EVERY_MS;
    // Untidy is no reason not to work.
    await this.#sweep().catch((error: unknown) => log.warn('import.files_not_swept', { error }));
  }

  /**
   * Removes files that no import will read: a process died between storing the file and the import, or between the end of the
   * import and the removal of its file.
   */
  async #sweep(): Promise<void> {
    const { blobs, clock, imports, log } = this.#tools;
    for await (const name of blobs.storedBefore(clock.now() - ORPHAN_AFTER_MS)) {
      if (!name.startsWith('imp_') || (await imports.isUnfinished(name as ImportId))) continue;
      await blobs.remove(name);
      log.info('import.file_swept', { importId: name });
    }
  }
}

/** Rows that are not there any more would not be missed: the end of what is left looks like the end of the file. */
async function* wholeOf(
  file: AsyncIterable<Uint8Array>,
  { bytes, checkpoint }: Import,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = checkpoint.offset;
  for await (const chunk of file) {
    at += chunk.byteLength;
    yield chunk;
  }
  if (at < bytes) throw new Refusal('not_found', `The stored file ends after ${at} of ${bytes} bytes.`);
}
