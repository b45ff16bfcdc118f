import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { Claim, Claimed, LaneDepth, Lanes, Leftover } from '#ports/delivery/lanes.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { lanesStore } from './lanes-store.js';
import { ledgerStore } from './ledger-store.js';

export class SqliteLanes implements Lanes {
  readonly #storage: SqliteStorage;
  readonly #calls;
  readonly #ledger;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
    this.#calls = storage.calls(lanesStore);
    this.#ledger = storage.calls(ledgerStore);
  }

  claim(lane: Lane, max: number, leaseMs: number, now: number): Promise<Claimed> {
    return this.#ledger.write('claim', { lane, max, leaseMs, now }, { urgent: lane === 'critical' });
  }

  async extend(claims: readonly Claim[], leaseMs: number, now: number): Promise<void> {
    await this.#calls.write('extend', {
      claims: claims.map(({ parcel, fence }) => ({ parcel, fence })),
      until: now + leaseMs,
    });
  }

  async finish(claim: Claim, leftovers: readonly Leftover[], now: number): Promise<void> {
    await this.#calls.write('finish', { parcel: claim.parcel, fence: claim.fence, leftovers, now });
  }

  async putBack(claim: Claim, dueAt: number, now: number): Promise<void> {
    await this.#calls.write('putBack', { parcel: claim.parcel, fence: claim.fence, dueAt, now });
  }

  depths(now: number): Promise<readonly LaneDepth[]> {
    return this.#calls.read('depths', { now });
  }

  onWork(wake: () => void): () => void {
    return this.#storage.on('work', wake);
  }

  /** At start, before any worker runs: what the last process had claimed is free again. */
  async releaseAll(now: number): Promise<void> {
    await this.#calls.write('releaseAll', { now });
  }
}
