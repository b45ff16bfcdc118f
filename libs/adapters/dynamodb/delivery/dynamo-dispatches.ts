import type { Instant } from '#domain/kernel/brand.js';
import { deliveryStatuses, type DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import type { Dispatch, DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Dispatches, OpenDispatch } from '#ports/delivery/dispatches.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import type { DispatchRecords } from './dispatch-records.js';
import { dispatchesOf, type MetaItem, metaKey, SHARDS, shardKey, type ShardItem } from './items.js';
import type { Parcels } from './parcels.js';

/**
 * Dispatches in the one table.
 *
 * A decision goes to META first, which puts it in its place among all decisions, and then to one shard after the other. Whoever opens a
 * call obeys the shard that counts it, so when the last shard has it no call is opened against it; until then it has not been
 * confirmed to anybody. In one transaction it could starve: that needs all shards without another's transaction at the
 * same moment, and a busy campaign has none. Who dies in the middle asks again, and the same revision goes through once more.
 */
export class DynamoDispatches implements Dispatches {
  readonly #table: DynamoTable;
  readonly #records: DispatchRecords;
  readonly #parcels: Parcels;
  readonly #clock: Clock;

  constructor(table: DynamoTable, records: DispatchRecords, parcels: Parcels, clock: Clock) {
    this.#table = table;
    this.#records = records;
    this.#parcels = parcels;
    this.#clock = clock;
  }

  async open(dispatch: Dispatch): Promise<void> {
    for (;;) {
      const meta = await this.#records.meta(dispatch.id);
      if (meta?.spec !== undefined) return;
      await this.#records.noteDispatching(dispatch.workspaceId);
      const answer = await this.#table.transact(openingOf(dispatch, meta, { shards: SHARDS, sealed: false }));
      if (answer.kind === 'done') return;
    }
  }

  async find(id: DispatchId): Promise<OpenDispatch | undefined> {
    const meta = await this.#records.meta(id);
    const known = meta && this.#records.knownBy(meta);
    return known && { dispatch: known.dispatch, control: meta.control, sealed: meta.sealed };
  }

  async seal(id: DispatchId): Promise<void> {
    const sealed = await this.#table.update(
      metaKey(id),
      to`SET #sealed = ${true}`,
      when`attribute_exists(#spec)`,
    );
    if (sealed.kind === 'done') await this.#records.completeIfDone(id, this.#clock.now());
  }

  async control(id: DispatchId, control: DispatchControl, revision: number): Promise<void> {
    const meta = await this.#decide(id, control, revision);
    if (!meta) return;
    for (let shard = 0; shard < meta.shards; shard += 1)
      await this.#table.update(
        shardKey(id, shard),
        fields({ control, revision }),
        when`#revision <= ${revision} AND #control <> ${'cancelled'}`,
      );
    const now = this.#clock.now();
    if (control === 'open') await this.#parcels.release(id, now);
    if (control === 'cancelled') await this.#parcels.hasten(id, now);
    if (control !== 'halted') this.#parcels.wake();
  }

  async stats(id: DispatchId): Promise<DispatchStats | undefined> {
    const meta = await this.#records.meta(id);
    if (!meta || meta.spec === undefined) return undefined;
    const shards = await this.#records.shards(id, meta.shards);
    const counts = Object.fromEntries(
      deliveryStatuses.map((status) => [status, sum(shards.map((shard) => shard[status] ?? 0))]),
    ) as Record<DeliveryStatus, number>;
    return {
      candidates: sum(Object.values(counts)),
      counts,
      byProvider: byProviderOf(shards),
      control: meta.control,
      sealed: meta.sealed,
    };
  }

  /** META with the decision in it, or undefined if it is not to be followed. */
  async #decide(id: DispatchId, control: DispatchControl, revision: number): Promise<MetaItem | undefined> {
    for (;;) {
      const meta = await this.#records.meta(id);
      if (!meta && control !== 'cancelled') return undefined;
      if (!meta) {
        if (
          (await this.#table.put(cancelledUnopened(id, revision), when`attribute_not_exists(pk)`)) === 'done'
        )
          return undefined;
        continue;
      }
      // It may be this very decision, of somebody who died before all shards had it.
      if (meta.revision === revision && meta.control === control && meta.spec !== undefined) return meta;
      if (meta.spec === undefined || meta.control === 'cancelled' || revision < meta.revision)
        return undefined;
      const written = await this.#table.update<MetaItem>(
        metaKey(id),
        fields(decision(meta, control, revision, this.#clock.now())),
        when`#revision = ${meta.revision} AND #control = ${meta.control}`,
      );
      if (written.kind === 'done') return written.item;
    }
  }
}

/** The writes that open a dispatch, be it that only its cancellation is known. */
export function openingOf(
  dispatch: Dispatch,
  was: MetaItem | undefined,
  {
    shards,
    sealed,
    pending = 0,
  }: Pick<MetaItem, 'shards' | 'sealed'> & { /** Counted in the first shard. */ readonly pending?: number },
): Write[] {
  const { control, revision } = was ?? { control: 'open', revision: -Number.MAX_SAFE_INTEGER };
  const meta: MetaItem = {
    ...metaKey(dispatch.id),
    gsi1pk: dispatchesOf(dispatch.workspaceId),
    gsi1sk: dispatch.id,
    spec: JSON.stringify(dispatch),
    control,
    revision,
    shards,
    sealed,
    completed: false,
    pausedMs: 0,
  };
  const unopened = was ? when`attribute_not_exists(#spec)` : when`attribute_not_exists(pk)`;
  return [
    { kind: 'put', item: { ...meta }, if: unopened },
    ...Array.from({ length: shards }, (_, shard): Write => {
      const item: ShardItem = { ...shardKey(dispatch.id, shard), control, revision };
      return { kind: 'put', item: { ...item, ...(shard === 0 && pending > 0 && { pending }) } };
    }),
  ];
}

function decision(
  meta: MetaItem,
  control: DispatchControl,
  revision: number,
  now: Instant,
): Partial<MetaItem> {
  const paused = control === 'open' && meta.haltedAt !== undefined ? Math.max(0, now - meta.haltedAt) : 0;
  return {
    control,
    revision,
    pausedMs: meta.pausedMs + paused,
    haltedAt: control === 'halted' ? (meta.haltedAt ?? now) : undefined,
  } as Partial<MetaItem>;
}

function cancelledUnopened(id: DispatchId, revision: number): MetaItem & Record<string, unknown> {
  return {
    ...metaKey(id),
    control: 'cancelled',
    revision,
    shards: 0,
    sealed: false,
    completed: false,
    pausedMs: 0,
  };
}

function byProviderOf(shards: readonly ShardItem[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const shard of shards)
    for (const [attribute, count] of Object.entries(shard))
      if (attribute.startsWith('by ')) {
        const provider = attribute.slice('by '.length);
        counts[provider] = (counts[provider] ?? 0) + (count as number);
      }
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
