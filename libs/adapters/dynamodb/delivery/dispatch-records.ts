import type { Instant } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { dispatchingKey, type MetaItem, metaKey, shardKey, type ShardItem, shardOf } from './items.js';
import { IS_EMPTY } from './tally.js';

/** What of a dispatch never changes. */
export interface KnownDispatch {
  readonly dispatch: Dispatch;
  readonly shards: number;
}

/** Dispatches whose content is kept in memory. */
const MOST_KNOWN = 500;

/** What all of the delivery backbone's adapters ask and do about a dispatch as a whole. One for a process. */
export class DispatchRecords {
  readonly #table: DynamoTable;
  readonly #outbox: DynamoOutbox;
  readonly #known = new Map<string, KnownDispatch>();
  readonly #dispatching = new Set<string>();

  constructor(table: DynamoTable, outbox: DynamoOutbox) {
    this.#table = table;
    this.#outbox = outbox;
  }

  /** Before its first dispatch is opened: whoever answers to our number may mean any of these. */
  async noteDispatching(workspace: string): Promise<void> {
    if (this.#dispatching.has(workspace)) return;
    await this.#table.put({ ...dispatchingKey(workspace) });
    this.#dispatching.add(workspace);
  }

  meta(id: string): Promise<MetaItem | undefined> {
    return this.#table.get<MetaItem>(metaKey(id));
  }

  /** By id, those that are there, be it that they are only cancelled. */
  async metas(ids: Iterable<string>): Promise<Map<string, MetaItem>> {
    const wanted = [...new Set(ids)];
    const found = await this.#table.getAll<MetaItem>(wanted.map(metaKey));
    const byKey = new Map(found.map((meta) => [meta.pk, meta]));
    return new Map(
      wanted.flatMap((id) => {
        const meta = byKey.get(metaKey(id).pk);
        return meta ? [[id, meta] as const] : [];
      }),
    );
  }

  /** Undefined if nobody has opened it. */
  async known(id: DispatchId): Promise<KnownDispatch | undefined> {
    const known = this.#known.get(id);
    if (known) return known;
    const meta = await this.meta(id);
    return meta && this.knownBy(meta);
  }

  knownBy(meta: MetaItem): KnownDispatch | undefined {
    if (meta.spec === undefined) return undefined;
    const known = this.#known.get(meta.pk) ?? {
      dispatch: JSON.parse(meta.spec) as Dispatch,
      shards: meta.shards,
    };
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value ?? '');
    this.#known.set(known.dispatch.id, known);
    return known;
  }

  shards(id: string, count: number): Promise<ShardItem[]> {
    return this.#table.getAll<ShardItem>(Array.from({ length: count }, (_, shard) => shardKey(id, shard)));
  }

  /**
   * Tells of the completion of a sealed dispatch in which nothing is pending or submitting. To be asked after every step that may have
   * taken the last message off these, and once more before a parcel is deleted, so that who dies between the two is made up for.
   *
   * @param ordinal of a message that was just moved: while its own shard has work there is no more to look at
   */
  async completeIfDone(id: DispatchId, now: Instant, ordinal?: number): Promise<void> {
    const known = await this.known(id);
    if (!known) return;
    if (ordinal !== undefined) {
      const shard = await this.#table.get<ShardItem>(shardKey(id, shardOf(ordinal, known.shards)));
      if (!shard || !isEmpty(shard)) return;
    }
    while (await this.#mayBeDone(id, known.shards)) {
      const answer = await this.#table.transact([
        {
          kind: 'update',
          key: metaKey(id),
          change: to`SET #completed = ${true}`,
          if: when`#sealed = ${true} AND #completed = ${false}`,
        },
        ...this.#everyShard(id, known.shards, {
          change: to`SET #done = ${true}`,
          if: IS_EMPTY,
        }),
        this.#outbox.entry(eventOf('dispatch.completed', known), now),
      ]);
      if (answer.kind === 'done') return this.#outbox.appended();
    }
  }

  /**
   * The writes by which a completed dispatch has something to do again: for the transaction that gives it something, which has to leave out the
   * shards that it changes itself (and take `done` off them). Refused where it is not completed any more.
   */
  reopening(known: KnownDispatch, told: Instant | 'untold', but: ReadonlySet<number> = new Set()): Write[] {
    const { id } = known.dispatch;
    return [
      {
        kind: 'update',
        key: metaKey(id),
        change: to`SET #completed = ${false}`,
        if: when`#completed = ${true}`,
      },
      ...this.#everyShard(id, known.shards, { change: to`REMOVE #done` }).filter((_, at) => !but.has(at)),
      ...(told === 'untold' ? [] : [this.#outbox.entry(eventOf('dispatch.reopened', known), told)]),
    ];
  }

  async #mayBeDone(id: DispatchId, shards: number): Promise<boolean> {
    const meta = await this.meta(id);
    if (!meta?.sealed || meta.completed) return false;
    return (await this.shards(id, shards)).every(isEmpty);
  }

  #everyShard(
    id: DispatchId,
    count: number,
    how: Pick<Write & { kind: 'update' }, 'change' | 'if'>,
  ): Write[] {
    return Array.from({ length: count }, (_, shard) => ({
      kind: 'update' as const,
      key: shardKey(id, shard),
      ...how,
    }));
  }
}

function isEmpty({ pending = 0, submitting = 0 }: ShardItem): boolean {
  return pending + submitting === 0;
}

function eventOf(
  type: 'dispatch.completed' | 'dispatch.reopened',
  { dispatch: { id, workspaceId } }: KnownDispatch,
): IntegrationEvent {
  return { type, workspaceId, dispatchId: id };
}
