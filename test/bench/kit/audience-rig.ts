import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { Audiences } from '#ports/campaign/audiences.js';
import type { Imports } from '#ports/campaign/imports.js';
import { SqliteAudiences, SqliteImports, SqliteLists } from '#adapters/sqlite/campaign/sqlite-subscribers.js';
import { SqliteEngine } from '#adapters/sqlite/engine/sqlite-engine.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { person } from '../workload/people.js';

export const IMPORT_BATCH = 500;
export const AUDIENCE_PAGE = 1000;

/** The subscriber stores of the embedded engine over a fresh folder, with one list and one import filling it. */
export class AudienceRig {
  readonly #engine: SqliteEngine;
  readonly #folder: string;
  readonly #clock = new SystemClock();
  readonly #ids = new MonotonicUlids(this.#clock, new CryptoRandomness());
  readonly #imports: Imports;
  readonly #audiences: Audiences;
  readonly #workspaceId = this.#ids.next('wsp') as WorkspaceId;
  readonly #listId = this.#ids.next('lst') as ListId;
  #import: Import;

  private constructor(engine: SqliteEngine, folder: string) {
    this.#engine = engine;
    this.#folder = folder;
    this.#imports = new SqliteImports(engine.storage, this.#clock);
    this.#audiences = new SqliteAudiences(engine.storage);
    this.#import = this.#newImport();
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
    await rig.#imports.insert(rig.#import);
    return rig;
  }

  get rows(): number {
    return this.#import.rows;
  }

  /** People whom nobody knew, in no order: how files of real people are. */
  async importBatch(): Promise<void> {
    const before = this.#import;
    const rows = Array.from({ length: IMPORT_BATCH }, (_, i) => {
      const { email, name, attributes } = person(before.rows + i);
      return {
        line: before.checkpoint.line + i + 1,
        id: this.#ids.next('sub') as SubscriberId,
        facts: { email: email as EmailAddress, name, attributes },
      };
    });
    const { offset, line } = before.checkpoint;
    const checkpoint = { offset: offset + 100 * rows.length, line: line + rows.length };
    const after: Import = { ...before, status: 'running', rows: before.rows + rows.length, checkpoint };
    const committed = await this.#imports.commit({ before, after, rows, faults: [] });
    if (committed === 'stale') throw new Error('somebody else has read on');
    if (committed.created !== after.rows)
      throw new Error(`${committed.created} of ${after.rows} were created`);
    this.#import = committed;
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
