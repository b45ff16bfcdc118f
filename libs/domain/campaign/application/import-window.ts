import { type Checkpoint, FAULTS_KEPT, type Import } from '#domain/campaign/model/import.js';
import { type Columns, readRow } from '#domain/campaign/model/subscriber-csv.js';
import type { SubscriberFacts, SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { CsvPosition, CsvRecord } from '#ports/campaign/csv.js';
import type { ImportBatch, ImportFault } from '#ports/campaign/imports.js';
import { SortedRuns } from './sorted-runs.js';

/** Records sorted together: enough that a batch of neighbours touches a small part of a large index. */
const WINDOW_RECORDS = 16_000;
/** Bytes of the file that may be in memory for it. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Rows sorted at once, which takes less than a millisecond. */
const RUN = 500;
/** Rows committed at once. */
export const IMPORT_BATCH = 1_000;

interface Row {
  readonly line: number;
  readonly facts: SubscriberFacts;
}

const byAddress = (a: Row, b: Row): number => {
  if (a.facts.email === b.facts.email) return 0;
  return a.facts.email < b.facts.email ? -1 : 1;
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
  readonly #rows = new SortedRuns<Row>(byAddress);
  readonly #faults: ImportFault[] = [];
  #run: Row[] = [];
  #records = 0;
  #end: CsvPosition;

  constructor(from: Checkpoint, columns: Columns) {
    this.#from = from;
    this.#columns = columns;
    this.#end = { offset: from.offset, line: from.line };
  }

  get isFull(): boolean {
    if (this.#from.window) return this.#records === this.#from.window.records;
    return this.#records === WINDOW_RECORDS || this.#end.offset - this.#from.offset >= WINDOW_BYTES;
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

  /** The batches that are still to be committed, each following the one before, the first following `before`. */
  *batches(before: Import, nextId: () => SubscriberId): Generator<ImportBatch> {
    this.#closeRun();
    const size = this.#rows.size;
    let taken = before.checkpoint.window?.taken ?? 0;
    let faults: readonly ImportFault[] = before.checkpoint.window ? [] : this.#faults;
    this.#rows.take(taken);
    let current = before;
    do {
      // The ids are made now, so that their own index grows at its end.
      const rows = this.#rows.take(IMPORT_BATCH).map((row) => ({ ...row, id: nextId() }));
      taken += rows.length;
      const after: Import = {
        ...current,
        rows: current.rows + rows.length + faults.length,
        rejected: current.rejected + faults.length,
        checkpoint:
          taken < size ? { ...startOf(this.#from), window: { records: this.#records, taken } } : this.#end,
      };
      const room = Math.max(0, FAULTS_KEPT - current.rejected);
      yield { before: current, after, rows, faults: faults.slice(0, room) };
      [current, faults] = [after, []];
    } while (taken < size);
  }

  #closeRun(): void {
    this.#rows.add(this.#run.sort(byAddress));
    this.#run = [];
  }
}

/** The records of a file from a checkpoint on, window by window. */
export async function* windowsOf(
  batches: AsyncIterable<readonly CsvRecord[]>,
  columns: Columns,
  from: Checkpoint,
): AsyncGenerator<ImportWindow, void, undefined> {
  let window = new ImportWindow(from, columns);
  for await (const records of batches) {
    for (const record of records) {
      window.add(record);
      if (!window.isFull) continue;
      yield window;
      window = new ImportWindow(window.end, columns);
    }
  }
  if (!window.isEmpty) yield window;
}

function startOf({ offset, line }: Checkpoint): CsvPosition {
  return { offset, line };
}
