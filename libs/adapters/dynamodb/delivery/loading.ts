import type { Member } from '#domain/delivery/model/delivery.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { Intent, LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import type { KnownDispatch } from './dispatch-records.js';
import type { MoveTools } from './ending.js';
import {
  blockOf,
  type IntentItem,
  INTENTS,
  membersFrom,
  parcelKey,
  type ParcelItem,
  ROW_BLOCK,
  type RowItem,
  rowKey,
  rowsOf,
} from './items.js';
import { takeBack } from './settling.js';

/** Far more than a parcel of a thousand can have. */
const MOST_INTENTS = 10_000;

/** What a claimed parcel holds now. A call that its former holder had only begun to open was never made: its members are free again. */
export async function load(tools: MoveTools, claim: Claim): Promise<LoadedParcel | undefined> {
  const { table, records } = tools;
  const [parcel, meta] = await Promise.all([
    table.get<ParcelItem>(parcelKey(claim.parcel)),
    records.meta(claim.dispatchId),
  ]);
  const known = meta && records.knownBy(meta);
  if (!known || parcel?.fence !== claim.fence) return undefined;
  const intents = await intentsOf(tools, known, claim);
  const rows = await rowsIn(tools, claim.dispatchId, membersFrom(parcel.members));
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, row]));
  return {
    dispatch: known.dispatch,
    control: meta.control,
    members: rows.filter(({ status }) => status === 'pending').map(memberOf),
    orphans: intents.map((intent) => orphanOf(intent, byOrdinal)),
  };
}

async function intentsOf(tools: MoveTools, known: KnownDispatch, claim: Claim): Promise<IntentItem[]> {
  const { pk } = parcelKey(claim.parcel);
  const all = await tools.table.list<IntentItem>({ pk, startsWith: INTENTS, limit: MOST_INTENTS });
  for (const { state, fence, ...intent } of all)
    if (state === 'opening' && fence < claim.fence)
      await takeBack(tools, known, claim, { ...intent, state, fence });
  return all.filter(({ state }) => state === 'open');
}

/** By ordinal. Each block is a partition, and one question. */
async function rowsIn(
  { table }: MoveTools,
  dispatchId: string,
  members: readonly (readonly [number, number])[],
): Promise<RowItem[]> {
  const found: RowItem[] = [];
  for (const [block, ranges] of byBlock(members)) {
    const [first, last] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
    const rows = await table.list<RowItem>({
      pk: rowsOf(dispatchId, block),
      from: rowKey(dispatchId, first).sk,
      to: rowKey(dispatchId, last).sk,
      limit: ROW_BLOCK,
    });
    found.push(
      ...rows.filter(({ ordinal }) => ranges.some(([from, to]) => ordinal >= from && ordinal <= to)),
    );
  }
  return found;
}

/** Ranges that reach over several blocks are cut. */
function byBlock(members: readonly (readonly [number, number])[]): Map<number, [number, number][]> {
  const blocks = new Map<number, [number, number][]>();
  for (const [from, to] of members)
    for (let start = from; start <= to;) {
      const block = blockOf(start);
      const end = Math.min(to, (block + 1) * ROW_BLOCK - 1);
      blocks.set(block, [...(blocks.get(block) ?? []), [start, end]]);
      start = end + 1;
    }
  return blocks;
}

function orphanOf(
  { key, provider, openedAt, members }: IntentItem,
  rows: ReadonlyMap<number, RowItem>,
): Intent {
  const found = members.flatMap((ordinal) => rows.get(ordinal) ?? []);
  return { key, provider, openedAt, members: found.map(memberOf) };
}

function memberOf({ ordinal, address, ref, data, attempts }: RowItem): Member {
  return { ordinal, address, ref, data, attempts };
}
