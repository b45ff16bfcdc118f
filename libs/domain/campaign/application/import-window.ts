import { type Checkpoint, FAULTS_KEPT, type Import } from '#domain/campaign/model/import.js';
import { type Columns, readRow } from '#domain/campaign/model/subscriber-csv.js';
import type { SubscriberFacts, SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { CsvPosition, CsvRecord } from '#ports/campaign/csv.js';
import type { ImportBatch, ImportFault } from '#ports/campaign/imports.js';
import { SortedRuns } from './sorted-runs.js';

export interface ImportLimits {
  /** Records sorted together. */
  readonly records: number;
  /** Bytes of the file that may be in memory for them. */
  readonly bytes: number;
  /** Records among them that cannot be taken: they are all stored with the first batch. */
  readonly faults: number;
  /** Rows committed at once. */
  readonly batch: number;
  /** Batches on their way to the store, where several share one fsync: while those are written the next are read. */
  readonly inFlight: number;
}

/**
 * Enough records that a batch of neighbours touches a small part of a large index: with a quarter of them the disk writes two
 * and a half times as much. Batches that take the thread a few milliseconds to make and the store as long to write.
 */
export const IMPORT_LIMITS: ImportLimits = {
  records: 64_000,
  bytes: 8 * 1024 * 1024,
  faults: 2_000,
  batch: 500,
  inFlight: 8,
};

/** Rows sorted at once, which takes less than a millisecond. */
const RUN = 1_000;

interface Row {
  readonly line: number;
  readonly facts: SubscriberFacts;
}

const byAddress = (a: Row, b: Row): number => {
  if (a.facts.email < b.facts.email) return -1;
  return a.facts.email > b.facts.email ? 1 : 0;
};

/**
 * A stretch of the file that is taken in order of address. In the order of the file every row would change a page of its
 * own in each index of addresses, and the disk would write ten kilobytes for every row; neighbours share their pages.
 *
 * What a window holds follows from the file and its checkpoint alone, and rows of one address stay in the order of the
 * file. So whoever reads on after a crash finds the same rows in the same order, and passes over those that were taken.
 */
export class ImportWindow {
  readonly #from: Checkpoint;
  readonly #columns: Columns;
  readonly #limits: ImportLimits;
  readonly #rows = new SortedRuns<Row>(byAddress);
  readonly #faults: ImportFault[] = [];
  #run: Row[] = [];
  #records = 0;
  #end: CsvPosition;

  constructor(from: Checkpoint, columns: Columns, limits: ImportLimits) {
    this.#from = from;
    this.#columns = columns;
    this.#limits = limits;
    this.#end = { offset: from.offset, line: from.line };
  }

  get isFull(): boolean {
    if (this.#from.window) return this.#records === this.#from.window.records;
    const { records, faults, bytes } = this.#limits;
    const length = this.#end.offset - this.#from.offset;
    return this.#records === records || this.#faults.length === faults || length >= bytes;
  }

  get isEmpty(): boolean {
    return this.#records === 0;
  }

  get end(): CsvPosition {
    return this.#end;
  }

  add(record: CsvRecord): void {
    this.#records += 1;
    this.#end = record.end;
    const { line } = record;
    const facts = record.kind === 'record' ? readRow(record.fields, this.#columns) : record;
    if ('code' in facts) return void this.#faults.push({ line, code: facts.code, detail: facts.detail });
    this.#run.push({ line, facts });
    if (this.#run.length === RUN) this.#closeRun();
  }

  /**
   * The batches that are still to be committed, each following the one before, the first following `before`. Returns the
   * import as the last of them leaves it.
   */
  *batches(before: Import, nextId: () => SubscriberId): Generator<ImportBatch, Import, undefined> {
    this.#closeRun();
    const size = this.#rows.size;
    let taken = before.checkpoint.window?.taken ?? 0;
    let faults: readonly ImportFault[] = before.checkpoint.window ? [] : this.#faults;
    this.#rows.take(taken);
    let current = before;
    do {
      // The ids are made now, so that their own index grows at its end.
      const rows = this.#rows.take(this.#limits.batch).map((row) => ({ ...row, id: nextId() }));
      taken += rows.length;
      const after: Import = {
        ...current,
        rows: current.rows + rows.length + faults.length,
        rejected: current.rejected + faults.length,
        checkpoint: taken < size ? this.#within(taken) : this.#end,
      };
      const room = Math.max(0, FAULTS_KEPT - current.rejected);
      yield { before: current, after, rows, faults: faults.slice(0, room) };
      [current, faults] = [after, []];
    } while (taken < size);
    return current;
  }

  #within(taken: number): Checkpoint {
    const { offset, line } = this.#from;
    return { offset, line, window: { records: this.#records, taken, end: this.#end.offset } };
  }

  #closeRun(): void {
    this.#rows.add(this.#run.sort(byAddress));
    this.#run = [];
  }
}
