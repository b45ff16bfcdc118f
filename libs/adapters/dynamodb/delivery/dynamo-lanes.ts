import type { Instant } from '#domain/kernel/brand.js';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { Claim, Claimed, LaneDepth, Lanes, Leftover } from '#ports/delivery/lanes.js';
import type { Ids } from '#ports/system/ids.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import type { DispatchRecords } from './dispatch-records.js';
import {
  LANE_SHARDS,
  laneIndex,
  lanePartition,
  membersFrom,
  type MetaItem,
  type ParcelItem,
  parcelKey,
} from './items.js';
import type { Parcels } from './parcels.js';
import { fenceIs } from './row-moves.js';

/** How long the parcel of a halted dispatch is looked past. When it goes on it is brought forth at once. */
const HELD_MS = 60_000;
/** Leftovers of one transaction, which has room for the parcel that they are of. */
const LEFTOVERS_AT_ONCE = 99;
const DEPTH_PAGE = 1_000;

export interface LaneTools {
  readonly table: DynamoTable;
  readonly records: DispatchRecords;
  readonly parcels: Parcels;
  readonly ids: Ids;
}

/**
 * The lanes as items of the one table: a claim is an update of the parcel's own item, on condition that it can be claimed. The index
 * by which they are found may lag; then a parcel is found a little later, or is not to be had any more, and that is all.
 */
export class DynamoLanes implements Lanes {
  readonly #tools: LaneTools;

  constructor(tools: LaneTools) {
    this.#tools = tools;
  }

  async claim(lane: Lane, max: number, leaseMs: number, now: Instant): Promise<Claimed> {
    const seen = new Set<string>();
    const claims: Claim[] = [];
    while (claims.length < max) {
      const due = await this.#due(lane, now, max - claims.length, seen);
      if (due.length === 0) break;
      for (const { id } of due) seen.add(id);
      claims.push(...(await this.claimThese(due, leaseMs, now)));
    }
    return { claims, nextDueAt: await this.#nextDueAt(lane, seen) };
  }

  /** Those of the parcels that can be had. What belongs to a halted dispatch is put aside. */
  async claimThese(due: readonly ParcelItem[], leaseMs: number, now: Instant): Promise<Claim[]> {
    const metas = await this.#tools.records.metas(due.map(({ dispatchId }) => dispatchId));
    const claims = await Promise.all(
      due.map(async (item) => {
        const meta = metas.get(item.dispatchId);
        if (!meta) return undefined;
        if (meta.control === 'halted') return this.#hold(item, now);
        return this.#claim(item, meta, leaseMs, now);
      }),
    );
    return claims.flatMap((claim) => claim ?? []);
  }

  async extend(claims: readonly Claim[], leaseMs: number, now: Instant): Promise<void> {
    await Promise.all(
      claims.map(({ parcel: id, lane, fence }) => {
        const visibleAt = now + leaseMs;
        const change = { claimed: true, visibleAt, ...laneIndex({ id, lane }, visibleAt) };
        return this.#tools.table.update(parcelKey(id), fields(change), fenceIs(fence));
      }),
    );
  }

  async finish(claim: Claim, leftovers: readonly Leftover[], now: Instant): Promise<void> {
    const { table, records, parcels } = this.#tools;
    const parcel = await table.get<ParcelItem>(parcelKey(claim.parcel));
    if (parcel?.fence !== claim.fence) return;
    const left = leftovers.filter(({ members }) => members.length > 0);
    // Before the parcel is gone: should we die now, whoever claims it next looks again.
    if (left.length === 0)
      await records.completeIfDone(claim.dispatchId, now, membersFrom(parcel.members)[0]?.[0]);
    const control = left.length > 0 ? (await records.meta(claim.dispatchId))?.control : undefined;
    const items = left.map(({ members, dueAt, receives }) =>
      parcels.newItem({
        dispatchId: claim.dispatchId,
        lane: claim.lane,
        members,
        dueAt: control === 'cancelled' ? now : dueAt,
        giveUpAt: parcel.giveUpAt,
        receives,
      }),
    );
    if (await this.#replace(claim, items)) await parcels.announce(items, now);
  }

  async putBack(claim: Claim, dueAt: Instant, now: Instant): Promise<void> {
    const { table, records, parcels } = this.#tools;
    const { parcel: id, lane, fence } = claim;
    const back = {
      claimed: false,
      dueAt,
      visibleAt: dueAt,
      fence: fence + 1,
      ...laneIndex({ id, lane }, dueAt),
    };
    const written = await table.update<ParcelItem>(
      parcelKey(id),
      fields({ ...back, receives: Math.max(0, claim.receives - 1) }),
      fenceIs(fence),
    );
    if (written.kind === 'refused') return;
    // Asked after: who cancels it from here on finds the parcel lying there.
    const meta = await records.meta(claim.dispatchId);
    if (meta?.control === 'cancelled') await parcels.hastenThese([written.item], now);
    else await parcels.announce([written.item], now);
  }

  depths(now: Instant): Promise<readonly LaneDepth[]> {
    return Promise.all(lanes.map((lane) => this.#depth(lane, now)));
  }

  onWork(wake: () => void): () => void {
    return this.#tools.parcels.onWork(wake);
  }

  /** Longest waiting first. */
  async #due(lane: Lane, now: Instant, max: number, seen: ReadonlySet<string>): Promise<ParcelItem[]> {
    const limit = max + seen.size;
    const found = await Promise.all(
      partitionsOf(lane).map((pk) =>
        this.#tools.table.list<ParcelItem>({ index: 'gsi3', pk, to: `${key(now)}#~`, limit }),
      ),
    );
    return found
      .flat()
      .filter(({ id }) => !seen.has(id))
      .sort((a, b) => a.visibleAt - b.visibleAt)
      .slice(0, max);
  }

  /** Of those that were just claimed or put aside the index may not have heard yet. */
  async #nextDueAt(lane: Lane, seen: ReadonlySet<string>): Promise<Instant | undefined> {
    const found = await Promise.all(
      partitionsOf(lane).map((pk) =>
        this.#tools.table.list<ParcelItem>({ index: 'gsi3', pk, limit: seen.size + 1 }),
      ),
    );
    const times = found.flat().map(({ visibleAt }) => visibleAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  async #claim(item: ParcelItem, meta: MetaItem, leaseMs: number, now: Instant): Promise<Claim | undefined> {
    const { table, ids } = this.#tools;
    const visibleAt = now + leaseMs;
    const holder = ids.next('clm');
    const change = fields({ holder, claimed: true, visibleAt, ...laneIndex(item, visibleAt) });
    const written = await table.update<ParcelItem>(
      parcelKey(item.id),
      to`${change} ADD #fence ${1}, #receives ${1}`,
      when`#visibleAt <= ${now}`,
    );
    // Refused by our own claim, whose answer was lost: then it is ours.
    const claimed = written.item?.holder === holder ? written.item : undefined;
    if (!claimed) return undefined;
    return {
      parcel: claimed.id,
      fence: claimed.fence,
      lane: claimed.lane,
      dispatchId: claimed.dispatchId,
      members: membersFrom(claimed.members),
      receives: claimed.receives,
      giveUpAt: claimed.giveUpAt + meta.pausedMs,
    };
  }

  /** For a while: should the dispatch go on and this parcel not be found by who looks for it, it comes by itself. */
  async #hold(item: ParcelItem, now: Instant): Promise<undefined> {
    const visibleAt = now + HELD_MS;
    await this.#tools.table.update(
      parcelKey(item.id),
      fields({ claimed: false, visibleAt, ...laneIndex(item, visibleAt) }),
      when`#fence = ${item.fence} AND #visibleAt <= ${now}`,
    );
  }

  /**
   * The leftovers instead of the parcel. If they are more than a transaction takes, those that do not fit are there before it is gone: who
   * dies in between leaves some members in two parcels, and the ledger gives each out once.
   */
  async #replace(claim: Claim, items: readonly ParcelItem[]): Promise<boolean> {
    const { table, parcels } = this.#tools;
    const puts = items.map((item) => parcels.put(item));
    const rest = puts.length % LEFTOVERS_AT_ONCE;
    for (let from = rest; from < puts.length; from += LEFTOVERS_AT_ONCE) {
      const some = puts.slice(from, from + LEFTOVERS_AT_ONCE);
      const held: Write = { kind: 'check', key: parcelKey(claim.parcel), if: fenceIs(claim.fence) };
      if ((await table.transact([...some, held])).kind === 'refused') return false;
    }
    const gone: Write = {
      kind: 'delete',
      key: parcelKey(claim.parcel),
      if: when`#fence = ${claim.fence} AND #calls = ${0}`,
    };
    const answer = await table.transact([gone, ...puts.slice(0, rest)]);
    if (answer.kind === 'done') return true;
    // Nobody would ever load this parcel again, so what is in doubt would be forgotten.
    if ((answer.by.get(0) as ParcelItem | undefined)?.fence === claim.fence)
      throw new Error('A parcel with an open intent cannot be finished: settle it first.');
    return false;
  }

  async #depth(lane: Lane, now: Instant): Promise<LaneDepth> {
    let [depth, oldestAgeMs] = [0, 0];
    for (const pk of partitionsOf(lane)) {
      let after: Readonly<Record<string, unknown>> | undefined;
      do {
        const page = await this.#tools.table.query<ParcelItem>({
          index: 'gsi3',
          pk,
          limit: DEPTH_PAGE,
          ...(after && { after }),
        });
        for (const { size, claimed, visibleAt } of page.items) {
          depth += size;
          if (!claimed) oldestAgeMs = Math.max(oldestAgeMs, now - visibleAt);
        }
        after = page.next;
      } while (after);
    }
    return { lane, depth, oldestAgeMs };
  }
}

function partitionsOf(lane: Lane): string[] {
  return Array.from({ length: LANE_SHARDS }, (_, shard) => lanePartition(lane, shard));
}
