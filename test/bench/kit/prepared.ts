import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePeopleCsv } from '../workload/people.js';
import type { FakeProvider } from './fake-provider.js';
import { Posthorn } from './posthorn.js';

/**
 * A data folder with subscribers in it, made once by importing a CSV file over the API, and copied for each run: every
 * run starts a fresh server on a folder in the same state.
 */
export class Prepared {
  readonly listId: string;
  readonly importSeconds: number;
  /** Largest resident set seen while importing, bytes. */
  readonly importPeakRss: number;
  readonly #folder: string;
  #copies = 0;

  private constructor(folder: string, listId: string, importSeconds: number, importPeakRss: number) {
    this.#folder = folder;
    this.listId = listId;
    this.importSeconds = importSeconds;
    this.importPeakRss = importPeakRss;
  }

  /** @throws Error unless every row became a subscriber */
  static async subscribers(fake: FakeProvider, count: number): Promise<Prepared> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-posthorn-'));
    const csv = join(folder, 'people.csv');
    try {
      await writePeopleCsv(csv, count);
      const { listId, seconds, peak } = await importInto(join(folder, 'data'), fake, csv, count);
      rmSync(csv);
      return new Prepared(folder, listId, seconds, peak);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A copy of the folder as it stands, the write-ahead log included. */
  copy(): string {
    this.#copies += 1;
    const copy = join(this.#folder, `run-${this.#copies}`);
    cpSync(join(this.#folder, 'data'), copy, { recursive: true });
    return copy;
  }

  /** The folder itself, for changing what later copies begin with. */
  get original(): string {
    return join(this.#folder, 'data');
  }

  discard(copy: string): void {
    rmSync(copy, { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function importInto(
  dataDir: string,
  fake: FakeProvider,
  csv: string,
  count: number,
): Promise<{ listId: string; seconds: number; peak: number }> {
  const server = await Posthorn.start({ fake, dataDir });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, server.meter.memory().rss);
  }, 100);
  try {
    const started = performance.now();
    const { listId, imported } = await server.api.importCsv(csv, 'Everyone');
    const seconds = (performance.now() - started) / 1000;
    if (imported.created !== count || imported.rejected !== 0) {
      throw new Error(`the import of ${count} rows says ${JSON.stringify(imported)}`);
    }
    return { listId, seconds, peak };
  } finally {
    clearInterval(watch);
    await server.stop();
  }
}
