import type { Import } from '#domain/campaign/model/import.js';
import type { Columns } from '#domain/campaign/model/subscriber-csv.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { CsvRecord } from '#ports/campaign/csv.js';
import type { ImportBatch } from '#ports/campaign/imports.js';
import { type ImportLimits, ImportWindow } from './import-window.js';

/**
 * What is to be committed of a file from the import's checkpoint on, batch by batch: while one window is read, the one
 * before it is handed out, as much of it as has been read. So neither holds up whoever else needs this thread, and no more
 * than the rows of one window are in memory, and some.
 */
export async function* batchesOf(
  records: AsyncIterable<readonly CsvRecord[]>,
  columns: Columns,
  before: Import,
  nextId: () => SubscriberId,
  limits: ImportLimits,
): AsyncGenerator<ImportBatch, void, undefined> {
  const out = new HandingOut(before, nextId, limits.batch);
  let window = new ImportWindow(before.checkpoint, columns, limits);
  for await (const some of records) {
    for (const record of some) {
      window.add(record);
      if (!window.isFull) continue;
      yield* out.follow(window);
      window = new ImportWindow(window.end, columns, limits);
    }
    yield* out.keepPace(some.length);
  }
  yield* out.follow(window);
  yield* out.rest();
}

/** The batches of windows that have been read, one window after the other. */
class HandingOut {
  #last: Import;
  #batches: Generator<ImportBatch, Import, undefined> | undefined;
  /** Records that were read while this window was handed out, and not yet made up for. */
  #ahead = 0;
  readonly #nextId: () => SubscriberId;
  readonly #batch: number;

  constructor(before: Import, nextId: () => SubscriberId, batch: number) {
    this.#last = before;
    this.#nextId = nextId;
    this.#batch = batch;
  }

  /** What is left of the window before, then it is this one's turn. */
  *follow(window: ImportWindow): Generator<ImportBatch> {
    yield* this.rest();
    if (!window.isEmpty) this.#batches = window.batches(this.#last, this.#nextId);
    this.#ahead = 0;
  }

  *keepPace(records: number): Generator<ImportBatch> {
    this.#ahead += records;
    for (; this.#batches && this.#ahead >= this.#batch; this.#ahead -= this.#batch) {
      const next = this.#batches.next();
      if (next.done) this.#end(next.value);
      else yield next.value;
    }
  }

  *rest(): Generator<ImportBatch> {
    if (this.#batches) this.#end(yield* this.#batches);
  }

  #end(last: Import): void {
    this.#last = last;
    this.#batches = undefined;
  }
}
