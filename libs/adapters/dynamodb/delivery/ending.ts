import type { Instant } from '#domain/kernel/brand.js';
import type { DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { Ids } from '#ports/system/ids.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import type { Expression } from '../engine/expressions.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import type { DispatchRecords, KnownDispatch } from './dispatch-records.js';
import type { RowItem, ShardItem } from './items.js';
import { firstStep, heldCheck, readRows, type RowMove } from './row-moves.js';

export interface MoveTools {
  readonly table: DynamoTable;
  readonly records: DispatchRecords;
  readonly outbox: DynamoOutbox;
  readonly ids: Ids;
}

export interface End {
  readonly to: 'failed' | 'suppressed' | 'cancelled' | 'expired' | 'dead';
  readonly reason: string;
  readonly now: Instant;
}

/** The end of a pending message that is in no call. */
export function ending(row: RowItem, { to, reason, now }: End): RowMove {
  return { row, to, change: { reason, dueAt: undefined, updatedAt: now }, beside: [] };
}

/** Ends those of the claim's messages that are pending, unless the claim is lost or a shard does not fulfil the condition. */
export async function endPending(
  { table, records }: MoveTools,
  known: KnownDispatch,
  claim: Claim,
  ordinals: readonly number[],
  end: End,
  condition?: Expression,
): Promise<'ended' | 'stale' | DispatchControl> {
  for (;;) {
    const rows = await readRows(table, claim.dispatchId, ordinals);
    const pending = [...rows.values()].filter(({ status }) => status === 'pending');
    if (pending.length === 0) break;
    const step = firstStep(
      known,
      pending.map((row) => ending(row, end)),
    );
    const counters = step.tally.writes(condition);
    const answer = await table.transact([...step.writes, ...counters, heldCheck(claim)]);
    if (answer.kind === 'done') continue;
    if (answer.by.has(step.writes.length + counters.length)) return 'stale';
    const shard = counters.findIndex((_, at) => answer.by.has(step.writes.length + at));
    const said = answer.by.get(step.writes.length + shard) as unknown as ShardItem | undefined;
    if (shard >= 0 && said && said.control !== 'open') return said.control;
  }
  await records.completeIfDone(claim.dispatchId, end.now, ordinals[0]);
  return 'ended';
}
