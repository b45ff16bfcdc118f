import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { IMPORT_LIMITS, ImportWindow } from '#domain/campaign/application/import-window.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import { readHeader } from '#domain/campaign/model/subscriber-csv.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { Audiences } from '#ports/campaign/audiences.js';
import type { ImportBatch, Imports } from '#ports/campaign/imports.js';
import { SqliteAudiences, SqliteImports, SqliteLists } from '#adapters/sqlite/campaign/sqlite-subscribers.js';
import { SqliteEngine } from '#adapters/sqlite/engine/sqlite-engine.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { person } from '../workload/people.js';
import { costOf } from './cost.js';

const HEADER = ['email', 'name', 'city', 'plan', 'points', 'renewsOn', 'coupon'];
export const AUDIENCE_PAGE = 1000;

/** The subscriber stores of the embedded engine over a fresh folder, with one list that imports fill. */
export class AudienceRig {
  readonly #engine: SqliteEngine;
  readonly #folder: string;
  readonly #clock = new SystemClock();
  readonly #ids = new MonotonicUlids(this.#clock, new CryptoRandomness());
  readonly #imports: Imports;
  readonly #audiences: Audiences;
  readonly #workspaceId = this.#ids.next('wsp') as WorkspaceId;
  readonly #listId = this.#ids.next('lst') as ListId;
  #people = 0;
  #rows = 0;

  private constructor(engine: SqliteEngine, folder: string) {
    this.#engine = engine;
    this.#folder = folder;
    this.#imports = new SqliteImports(engine.storage, this.#clock);
    this.#audiences = new SqliteAudiences(engine.storage);
  }

  static async open(): Promise<AudienceRig> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-growth-'));
    const engine = await SqliteEngine.open(folder);
    const rig = new AudienceRig(engine, folder);
    const list = {
      id: rig.#listId,
      workspaceId: rig.#workspaceId,
      name: 'Everyone',
      createdAt: rig.#clock.now(),
    };
    await new SqliteLists(engine.storage).insert(list);
    return rig;
  }

  get rows(): number {
    return this.#rows;
  }

  /** So many people whom nobody knew, as an import takes them in: stretches of the file, each in order of address. */
  async fill(count: number): Promise<void> {
    for (let left = count; left > 0; left -= IMPORT_LIMITS.records) {
      const batches = await this.window(Math.min(left, IMPORT_LIMITS.records));
      await costOf(batches.length, IMPORT_LIMITS.inFlight, (n) => this.commit(batches[n]));
    }
  }

  /** The batches of a stretch of a new file of so many people, in no order: how files of real people are. */
  async window(records: number): Promise<readonly ImportBatch[]> {
    const started: Import = this.#newImport();
    await this.#imports.insert(started);
    const columns = readHeader(HEADER);
    if (typeof columns === 'string') throw new Error(columns);
    const window = new ImportWindow(started.checkpoint, columns, IMPORT_LIMITS);
    for (let line = 2; line < records + 2; line++) {
      const { email, name, attributes } = person(this.#people++);
      const fields = [email, name, ...Object.values(attributes)];
      window.add({ kind: 'record', line, fields, end: { offset: 100 * line, line } });
    }
    return [...window.batches(started, () => this.#ids.next('sub') as SubscriberId)];
  }

  /** One batch, after those before it have been handed over. */
  async commit(batch: ImportBatch | undefined): Promise<void> {
    if (!batch) return;
    const committed = await this.#imports.commit(batch);
    if (committed === 'stale') throw new Error('somebody else has read on');
    if (committed.created !== committed.rows)
      throw new Error(`${committed.created} of ${committed.rows} were created`);
    this.#rows += batch.rows.length;
  }

  /** A full page of the list, from anywhere in it but its very end. */
  async audiencePage(n: number): Promise<void> {
    const somewhere = ((n * 37) % 97) / 100;
    const after = `reader.${Math.floor(somewhere * 2 ** 32 * 0.85)
      .toString(16)
      .padStart(8, '0')}`;
    const page = await this.#audiences.page(this.#workspaceId, [this.#listId], after, AUDIENCE_PAGE);
    if (page.length !== AUDIENCE_PAGE) throw new Error(`a page of ${page.length}`);
  }

  async close(): Promise<void> {
    await this.#engine.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #newImport(): Import {
    return {
      id: this.#ids.next('imp') as ImportId,
      workspaceId: this.#workspaceId,
      listIds: [this.#listId],
      blob: 'none',
      status: 'queued',
      bytes: 0,
      checkpoint: { offset: 0, line: 1 },
      rows: 0,
      created: 0,
      updated: 0,
      rejected: 0,
      createdAt: this.#clock.now(),
    };
  }
}
