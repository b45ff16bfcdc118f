import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import { SqliteDispatches } from '#adapters/sqlite/delivery/sqlite-dispatches.js';
import { SqliteLanes } from '#adapters/sqlite/delivery/sqlite-lanes.js';
import { SqliteLedger } from '#adapters/sqlite/delivery/sqlite-ledger.js';
import { SqliteEngine } from '#adapters/sqlite/engine/sqlite-engine.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { person } from '../workload/people.js';

const PAGE = 1000;
const LEASE_MS = 600_000;
const PROVIDER = 'resend';

/** A parcel in our hands, and the keys of the calls opened for it. */
export interface Held {
  readonly claim: Claim;
  readonly ordinals: readonly number[];
}

export interface Call {
  readonly held: Held;
  readonly key: string;
  readonly ordinals: readonly number[];
}

/** The delivery stores of the embedded engine over a fresh folder, with one open campaign to fill. */
export class DeliveryRig {
  readonly #engine: SqliteEngine;
  readonly #folder: string;
  readonly #clock = new SystemClock();
  readonly #ids = new MonotonicUlids(this.#clock, new CryptoRandomness());
  readonly #dispatches: SqliteDispatches;
  readonly #ledger: SqliteLedger;
  readonly #lanes: SqliteLanes;
  readonly #dispatchId: DispatchId;
  #rows = 0;

  private constructor(engine: SqliteEngine, folder: string) {
    this.#engine = engine;
    this.#folder = folder;
    this.#dispatches = new SqliteDispatches(engine.storage, this.#clock);
    this.#ledger = new SqliteLedger(engine.storage, this.#ids);
    this.#lanes = new SqliteLanes(engine.storage);
    this.#dispatchId = this.#ids.next('cmp') as DispatchId;
  }

  static async open(): Promise<DeliveryRig> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-growth-'));
    const rig = new DeliveryRig(await SqliteEngine.open(folder), folder);
    await rig.#dispatches.open(rig.#dispatch());
    return rig;
  }

  get rows(): number {
    return this.#rows;
  }

  /** The next page of a campaign's audience, as expansion hands it over: in the order of addresses. */
  async acceptPage(): Promise<void> {
    const from = this.#rows;
    this.#rows += PAGE;
    const recipients = Array.from({ length: PAGE }, (_, i) => this.#recipient(from + i));
    const { added } = await this.#ledger.accept(this.#dispatchId, recipients, this.#clock.now());
    if (added !== PAGE) throw new Error(`${added} of ${PAGE} rows were added`);
  }

  async claim(): Promise<Held> {
    const { claims } = await this.#lanes.claim('bulk', 1, LEASE_MS, this.#clock.now());
    const [claim] = claims;
    const parcel = claim && (await this.#ledger.load(claim));
    if (!parcel) throw new Error('the lane has nothing to give');
    return { claim, ordinals: parcel.members.map(({ ordinal }) => ordinal) };
  }

  async openIntent(held: Held, from: number, size: number): Promise<Call> {
    const key = this.#ids.next('call');
    const ordinals = held.ordinals.slice(from, from + size);
    const intent = {
      claim: held.claim,
      key,
      provider: PROVIDER,
      ordinals,
      unsendable: [],
      now: this.#clock.now(),
    };
    const answer = await this.#ledger.openIntent(intent);
    if (answer.kind !== 'opened' || answer.refused.length > 0)
      throw new Error(`an intent was ${answer.kind}`);
    return { held, key, ordinals };
  }

  async settle({ held, key, ordinals }: Call): Promise<void> {
    const verdicts = ordinals.map((ordinal) => ({
      ordinal,
      verdict: {
        to: 'accepted',
        providerMessageId: `49a3999c-0ce1-4ea6-ab68-${String(ordinal).padStart(12, '0')}`,
      } as const,
    }));
    const settled = await this.#ledger.settle({
      claim: held.claim,
      key,
      provider: PROVIDER,
      verdicts,
      now: this.#clock.now(),
    });
    if (settled !== 'settled') throw new Error(`a settlement was ${settled}`);
  }

  async finish(held: Held): Promise<void> {
    await this.#lanes.finish(held.claim, [], this.#clock.now());
  }

  /** Whether every row is where the bench has put it. */
  async accepted(): Promise<{ candidates: number; accepted: number }> {
    const stats = await this.#dispatches.stats(this.#dispatchId);
    return { candidates: stats?.candidates ?? 0, accepted: stats?.counts.accepted ?? 0 };
  }

  async close(): Promise<void> {
    await this.#engine.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #recipient(n: number): Recipient {
    const { name, attributes } = person(n);
    const address = `reader.${String(n).padStart(8, '0')}@example.com`;
    return {
      address,
      ref: `sub_01k8z5n3v7q2d9r4t6${String(n).padStart(8, '0')}`,
      data: JSON.stringify({ email: address, name, attributes }),
    };
  }

  #dispatch(): Dispatch {
    return {
      id: this.#dispatchId,
      workspaceId: this.#ids.next('wsp') as WorkspaceId,
      channel: 'email',
      lane: 'bulk',
      purpose: 'marketing',
      unknownPolicy: 'park',
      linkBase: 'https://mail.example',
      content: { templateId: this.#ids.next('tpl'), templateVersion: 1, from: 'news@example.com', data: {} },
      giveUpAt: this.#clock.now() + 86_400_000,
    };
  }
}
