import { Refusal } from '#domain/kernel/refusal.js';
import type { Import } from '#domain/campaign/model/import.js';
import { type Columns, readHeader } from '#domain/campaign/model/subscriber-csv.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { CsvReader, CsvShape } from '#ports/campaign/csv.js';
import type { Imports } from '#ports/campaign/imports.js';
import type { Blobs } from '#ports/system/blobs.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Log } from '#ports/system/log.js';
import { type ImportWindow, windowsOf } from './import-window.js';

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
/** Batches on their way to the store: the next is read while those before are written, and they share one fsync. */
const IN_FLIGHT = 4;
/** An import that fails so often without getting on would keep all others waiting for ever. */
const MOST_FAILURES = 10;
const TEMPORARY: ReadonlySet<string> = new Set(['storage_full', 'storage_unavailable', 'shutting_down']);

/**
 * Works off imports, one after the other. Each batch is committed together with how far the file has been read: if the
 * process dies, the next one reads on from there, and every record is counted once.
 */
export class RunImports {
  readonly #tools: ImportTools;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #wake: () => void = () => {};
  /** How often in a row the same import failed at the same place. */
  #failing = { at: '', times: 0 };

  constructor(tools: ImportTools) {
    this.#tools = tools;
  }

  start(): void {
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
        return AFTER_ERROR_MS;
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

  /** Reads and commits to the end of the file. While one window is written the next is read. */
  async #readOn(from: Import, shape: CsvShape, columns: Columns): Promise<Ran> {
    const { blobs, csv } = this.#tools;
    const records = csv.records(blobs.open(from.blob, from.checkpoint.offset), from.checkpoint, shape);
    const windows = readAhead(windowsOf(records, columns, from.checkpoint));
    let current = from;
    for await (const window of windows) {
      const ran = await this.#commit(window, current);
      if (typeof ran === 'string') return ran;
      current = ran;
    }
    return current;
  }

  /** All of a window, several batches at a time. */
  async #commit(window: ImportWindow, from: Import): Promise<Ran> {
    const { imports, ids } = this.#tools;
    const onTheWay: Promise<Import | 'stale'>[] = [];
    let current = from;
    try {
      for (const batch of window.batches(from, () => ids.next('sub') as SubscriberId)) {
        if (this.#stopping) return 'stopped';
        current = batch.after;
        const committed = imports.commit(batch);
        // It is looked at when its turn comes; until then a failure of it is nobody's.
        committed.catch(() => undefined);
        onTheWay.push(committed);
        if (onTheWay.length === IN_FLIGHT && (await onTheWay.shift()) === 'stale') return 'overtaken';
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
    const at = `${id} ${checkpoint.offset}`;
    this.#failing = { at, times: this.#failing.at === at ? this.#failing.times + 1 : 1 };
    return this.#failing.times < MOST_FAILURES ? undefined : 'The stored file cannot be read.';
  }
}

/** Asks for the next before the present one is worked off. */
async function* readAhead<T>(source: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  try {
    for (let next = source.next(); ;) {
      const { done, value } = await next;
      if (done) return;
      next = source.next();
      // It is looked at when its turn comes; until then a failure of it is nobody's.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await source.return();
  }
}
