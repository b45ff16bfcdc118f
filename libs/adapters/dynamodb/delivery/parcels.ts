import type { Instant } from '#domain/kernel/brand.js';
import type { DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import { type Ordinals, sizeOf } from '#domain/delivery/model/ordinals.js';
import type { Log } from '#ports/system/log.js';
import type { Ids } from '#ports/system/ids.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import { laneIndex, membersText, type ParcelItem, parcelKey, parcelsOf } from './items.js';
import type { LaneSignals } from './lane-signals.js';

export interface NewParcel {
  readonly dispatchId: DispatchId;
  readonly lane: Lane;
  readonly members: Ordinals;
  readonly dueAt: Instant;
  /** Less what its dispatch has been halted so far. */
  readonly giveUpAt: Instant;
  readonly receives?: number | undefined;
}

/** Updates of a dispatch's parcels that are under way at once. */
const TOGETHER = 25;

/** How parcels come onto their lanes, and how they get up and lie down with their dispatch. One for a process. */
export class Parcels {
  readonly #table: DynamoTable;
  readonly #ids: Ids;
  readonly #signals: LaneSignals | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #log: Log | undefined;

  constructor(table: DynamoTable, ids: Ids, signals?: LaneSignals, log?: Log) {
    this.#table = table;
    this.#ids = ids;
    this.#signals = signals;
    this.#log = log;
  }

  newItem({ dispatchId, lane, members, dueAt, giveUpAt, receives = 0 }: NewParcel): ParcelItem {
    const id = this.#ids.next('pcl');
    return {
      ...parcelKey(id),
      ...laneIndex({ id, lane }, dueAt),
      gsi1pk: parcelsOf(dispatchId),
      gsi1sk: id,
      id,
      dispatchId,
      lane,
      members: membersText(members),
      size: sizeOf(members),
      dueAt,
      visibleAt: dueAt,
      claimed: false,
      fence: 0,
      receives,
      calls: 0,
      giveUpAt,
    };
  }

  put(item: ParcelItem): Write {
    return { kind: 'put', item: { ...item }, if: when`attribute_not_exists(pk)` };
  }

  /** After the transaction that put them there: wakes those who work in this process and, by the queue, in others. */
  async announce(items: readonly ParcelItem[], now: Instant): Promise<void> {
    if (items.length === 0) return;
    this.wake();
    for (const [lane, ofLane] of Map.groupBy(items, (item) => item.lane))
      await this.#signal(lane, ofLane, now);
  }

  /** The parcels wait, and are found by who looks for what is due: no caller is to fail for a queue that is away. */
  async #signal(lane: Lane, items: readonly ParcelItem[], now: Instant): Promise<void> {
    try {
      await this.#signals?.send(
        lane,
        items.map(({ id, visibleAt }) => ({ id, dueAt: visibleAt })),
        now,
      );
    } catch (error) {
      this.#log?.warn('lanes.signal_failed', { lane, parcels: items.length, error });
    }
  }

  /** Its dispatch goes on: what lay hidden for that is there when it was to be. */
  release(dispatchId: DispatchId, now: Instant): Promise<void> {
    return this.#change(dispatchId, now, ({ visibleAt, dueAt }) => (visibleAt > dueAt ? dueAt : undefined));
  }

  /** Its dispatch is cancelled: nothing waits for its hour any more, somebody is to strike it off. */
  hasten(dispatchId: DispatchId, now: Instant): Promise<void> {
    return this.#change(dispatchId, now, ({ visibleAt }) => (visibleAt > now ? now : undefined));
  }

  /** The same of those that lie there: no index has to have heard of them. */
  async hastenThese(items: readonly ParcelItem[], now: Instant): Promise<void> {
    const due = items.map((item) => ({ ...item, visibleAt: Math.min(item.visibleAt, now) }));
    await Promise.all(due.map((item) => this.#show(item)));
    await this.announce(due, now);
  }

  wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  onWork(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async #change(
    dispatchId: DispatchId,
    now: Instant,
    visible: (item: ParcelItem) => Instant | undefined,
  ): Promise<void> {
    let after: Readonly<Record<string, unknown>> | undefined;
    do {
      const page = await this.#table.query<ParcelItem>({
        index: 'gsi1',
        pk: parcelsOf(dispatchId),
        limit: 500,
        ...(after && { after }),
      });
      after = page.next;
      const due = page.items.flatMap((item) => {
        const at = item.claimed ? undefined : visible(item);
        return at === undefined ? [] : [{ ...item, visibleAt: at }];
      });
      for (let from = 0; from < due.length; from += TOGETHER)
        await Promise.all(due.slice(from, from + TOGETHER).map((item) => this.#show(item)));
      await this.announce(due, now);
    } while (after);
  }

  async #show(item: ParcelItem): Promise<void> {
    await this.#table.update(
      parcelKey(item.id),
      fields({ visibleAt: item.visibleAt, ...laneIndex(item, item.visibleAt) }),
      when`attribute_exists(pk) AND #fence = ${item.fence} AND #claimed = ${false}`,
    );
  }
}
