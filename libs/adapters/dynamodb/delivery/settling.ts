import type { Attempt } from '#domain/delivery/model/delivery.js';
import { statusAfter, TELLS_ITS_OWN_ID } from '#domain/delivery/model/provider-report.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { Settlement } from '#ports/delivery/ledger.js';
import type { Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import type { KnownDispatch } from './dispatch-records.js';
import type { MoveTools } from './ending.js';
import { type IntentItem, type MessageIdItem, messageIdKey, parcelKey, type RowItem } from './items.js';
import { fenceIs, firstStep, heldCheck, hindered, readRows, type RowMove } from './row-moves.js';
import { hardBounce, suppressing } from './suppression-writes.js';

/** Members that are looked at for one transaction: of no more is there room. */
const AT_ONCE = 97;

/** Rows whose address turned out to be suppressed already. */
type Buried = ReadonlySet<number>;

/**
 * Takes the members out of a call, as many at a time as a transaction takes, and with the last of them the call is gone. Who dies in
 * between leaves a smaller call, whose members are settled by whoever finds it: nobody is counted twice.
 */
async function empty(
  { table }: MoveTools,
  known: KnownDispatch,
  claim: Claim,
  intent: IntentItem,
  moveOf: (row: RowItem, buried: Buried) => RowMove,
): Promise<'emptied' | 'stale'> {
  const buried = new Set<number>();
  let members = intent.members;
  for (;;) {
    const next = members.slice(0, AT_ONCE);
    const rows = await readRows(table, claim.dispatchId, next);
    const moves = next.flatMap((ordinal) => {
      const row = rows.get(ordinal);
      return row?.status === 'submitting' && row.call === intent.key ? [moveOf(row, buried)] : [];
    });
    const step = firstStep(known, moves);
    const left = membersAfter(members, next, moves, step.moves);
    const counters = step.tally.writes();
    const answer = await table.transact([
      ...step.writes,
      ...counters,
      ...parcelAndIntent(claim, intent, members.length, left),
    ]);
    if (answer.kind === 'done') {
      if (left.length === 0) return 'emptied';
      members = left;
      continue;
    }
    const others = step.writes.length + counters.length;
    if (answer.by.has(others) || answer.by.has(others + 1)) return 'stale';
    for (const { row } of hindered(step, answer.by)) buried.add(row.ordinal);
  }
}

/** Those that are not in this step stay; those whose row is not in the call any more go without a word. */
function membersAfter(
  members: readonly number[],
  looked: readonly number[],
  moves: readonly RowMove[],
  taken: readonly RowMove[],
): readonly number[] {
  const waiting = new Set(moves.slice(taken.length).map(({ row }) => row.ordinal));
  return [...looked.filter((ordinal) => waiting.has(ordinal)), ...members.slice(looked.length)];
}

function parcelAndIntent(claim: Claim, intent: IntentItem, was: number, left: readonly number[]): Write[] {
  const key = { pk: intent.pk, sk: intent.sk };
  const asRead = when`size(#members) = ${was}`;
  if (left.length > 0)
    return [heldCheck(claim), { kind: 'update', key, change: to`SET #members = ${left}`, if: asRead }];
  return [
    { kind: 'update', key: parcelKey(claim.parcel), change: to`ADD #calls ${-1}`, if: fenceIs(claim.fence) },
    { kind: 'delete', key, if: asRead },
  ];
}

/** Of a call that was never made: its members are pending as before. */
export async function takeBack(
  tools: MoveTools,
  known: KnownDispatch,
  claim: Claim,
  intent: IntentItem,
): Promise<void> {
  await empty(tools, known, claim, intent, (row) => ({
    row,
    to: 'pending',
    change: { call: undefined },
    beside: [],
  }));
}

export async function settleCall(
  tools: MoveTools,
  known: KnownDispatch,
  settlement: Settlement,
  intent: IntentItem,
): Promise<'settled' | 'stale'> {
  const verdicts = new Map(settlement.verdicts.map(({ ordinal, verdict }) => [ordinal, verdict]));
  const answer = await empty(tools, known, settlement.claim, intent, (row, buried) => {
    const verdict = verdicts.get(row.ordinal);
    if (!verdict)
      throw new Error('A settlement has one verdict for every member of its intent, and no others.');
    const isBuried = buried.has(row.ordinal);
    return settled(tools, known, settlement, { row, verdict, isBuried });
  });
  return answer === 'emptied' ? 'settled' : 'stale';
}

interface Judged {
  readonly row: RowItem;
  readonly verdict: Verdict;
  readonly isBuried: boolean;
}

/** Where a message comes by its verdict, and by what its provider has told of it before. */
function settled(
  tools: MoveTools,
  known: KnownDispatch,
  settlement: Settlement,
  { row, verdict, isBuried }: Judged,
): RowMove {
  const { provider, key, now } = settlement;
  const { told } = row;
  const final = statusAfter(verdict.to, told?.rank ?? 0);
  const isMoved = final !== verdict.to;
  const attempts: Attempt[] = [...(row.history ?? [])];
  if (verdict.to !== 'accepted')
    attempts.push({ at: now, provider, key, outcome: outcomeOf(verdict), detail: verdict.reason });
  else if (isMoved) attempts.push({ at: now, provider, outcome: 'accepted' });
  const itsReason = verdict.to === 'accepted' ? undefined : verdict.reason;
  const wasTold = final === 'bounced' || final === 'complained' ? told?.reason : undefined;
  const isTaken = verdict.to === 'accepted' || (verdict.to === 'unknown' && isMoved);
  return {
    row,
    to: final,
    change: {
      call: undefined,
      provider,
      updatedAt: now,
      reason: isMoved ? wasTold : itsReason,
      dueAt: verdict.to === 'pending' ? verdict.dueAt : undefined,
      attempts: row.attempts + (verdict.to !== 'pending' || verdict.spent ? 1 : 0),
      ...(attempts.length > 0 && { history: attempts }),
      ...(verdict.to === 'accepted' && { providerMessageId: verdict.providerMessageId }),
    },
    beside: [
      ...messageIdOf(row, provider, verdict),
      ...burial(tools, known, settlement, { row, verdict, isBuried }),
    ],
    ...(isTaken && { acceptedBy: provider }),
  };
}

function messageIdOf({ dispatchId, ordinal }: RowItem, provider: string, verdict: Verdict): Write[] {
  if (verdict.to !== 'accepted' || verdict.providerMessageId === '' || !TELLS_ITS_OWN_ID.has(provider))
    return [];
  const item: MessageIdItem = { ...messageIdKey(provider, verdict.providerMessageId), dispatchId, ordinal };
  return [{ kind: 'put', item: { ...item } }];
}

/** Nobody writes to the address again, and whoever keeps it among somebody's addresses hears of it. */
function burial(
  { ids, outbox }: MoveTools,
  { dispatch: { workspaceId, id: dispatchId } }: KnownDispatch,
  { now }: Settlement,
  { row: { address }, verdict, isBuried }: Judged,
): Write[] {
  if (verdict.to !== 'failed' || !verdict.hardBounce) return [];
  const event = outbox.entry({ type: 'address.gone', workspaceId, dispatchId, address, at: now }, now);
  if (isBuried) return [event];
  return [event, ...suppressing(hardBounce(ids.next('sup'), workspaceId, address, now))];
}

function outcomeOf(verdict: Exclude<Verdict, { to: 'accepted' }>): string {
  if (verdict.to !== 'pending') return verdict.to;
  if (verdict.inDoubt) return 'unknown';
  return verdict.spent ? 'retry' : 'throttled';
}
