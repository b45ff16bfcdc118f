import type { Instant } from '#domain/kernel/brand.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { toRanges } from '#domain/delivery/model/ordinals.js';
import type { Write } from '../engine/dynamo-table.js';
import { type Expression, when } from '../engine/expressions.js';
import type { KnownDispatch } from './dispatch-records.js';
import type { MoveTools } from './ending.js';
import { type MetaItem, type RowItem, shardOf, type ShardItem } from './items.js';
import type { NewParcel, Parcels } from './parcels.js';
import { firstStep, readRows, type RowMove } from './row-moves.js';

export interface ReviveTools extends MoveTools {
  readonly parcels: Parcels;
}

/** How long a retried message may look for a provider: its dispatch's own time is usually over. */
const RETRY_GIVES_UP_AFTER_MS = 24 * 3_600_000;
/** Rows of one transaction: beside them there may be all sixteen shards, META, an event and the parcel. */
const STEP = 48;

/**
 * Makes dead rows of one dispatch pending again, each in one transaction with the parcel that has it, the counters, and, where the dispatch had
 * been completed, the news that it is not. Those that are not dead any more are left out.
 */
export async function revive(
  tools: ReviveTools,
  dispatchId: DispatchId,
  ordinals: readonly number[],
  now: Instant,
): Promise<number> {
  let revived = 0;
  for (let from = 0; from < ordinals.length; from += STEP)
    revived += await reviveStep(tools, dispatchId, ordinals.slice(from, from + STEP), now);
  return revived;
}

async function reviveStep(
  tools: ReviveTools,
  dispatchId: DispatchId,
  ordinals: readonly number[],
  now: Instant,
): Promise<number> {
  const { table, records, parcels, outbox } = tools;
  for (;;) {
    const meta = await records.meta(dispatchId);
    const known = meta && records.knownBy(meta);
    if (!known || meta.control === 'cancelled') return 0;
    const rows = await readRows(table, dispatchId, ordinals);
    const dead = [...rows.values()].filter(({ status }) => status === 'dead');
    if (dead.length === 0) return 0;
    const parcel = parcels.newItem(parcelOf(known, meta, dead, now));
    const writes = [...counted(tools, known, meta, dead, now), parcels.put(parcel)];
    const answer = await table.transact(writes);
    if (answer.kind === 'refused') continue;
    if (meta.completed) outbox.appended();
    await parcels.announce([parcel], now);
    return dead.length;
  }
}

function counted(
  { records }: ReviveTools,
  known: KnownDispatch,
  meta: MetaItem,
  dead: readonly RowItem[],
  now: Instant,
): Write[] {
  const step = firstStep(
    known,
    dead.map((row): RowMove => {
      const change = { attempts: 0, reason: undefined, updatedAt: now };
      return { row, to: 'pending', change, beside: [] };
    }),
  );
  if (!meta.completed)
    return [
      ...step.writes,
      ...step.tally.writes(when`#control <> ${'cancelled'} AND attribute_not_exists(#done)`),
    ];
  const touched = new Set(dead.map(({ ordinal }) => shardOf(ordinal, known.shards)));
  const counters = step.tally.writes(when`#control <> ${'cancelled'}`).map(undone);
  return [...step.writes, ...counters, ...records.reopening(known, now, touched)];
}

/** It counts as one that has something to do from now on. */
function undone(write: Write): Write {
  if (write.kind !== 'update') return write;
  const change: Expression = {
    text: `${write.change.text} REMOVE #done`,
    names: { ...write.change.names, '#done': 'done' satisfies keyof ShardItem },
    values: write.change.values,
  };
  return { ...write, change };
}

function parcelOf(
  { dispatch: { id, lane } }: KnownDispatch,
  { pausedMs }: MetaItem,
  rows: readonly RowItem[],
  now: Instant,
): NewParcel {
  const members = toRanges(rows.map(({ ordinal }) => ordinal).sort((a, b) => a - b));
  const giveUpAt = now + RETRY_GIVES_UP_AFTER_MS - pausedMs;
  return { dispatchId: id, lane, members, dueAt: now, giveUpAt };
}
