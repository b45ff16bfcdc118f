import type { Instant } from '#domain/kernel/brand.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import { toRanges } from '#domain/delivery/model/ordinals.js';
import { to, when } from '../engine/expressions.js';
import { accept, type AcceptTools, giveUpAt, onePerAddress, writesOf } from './accepting.js';
import { openingOf } from './dynamo-dispatches.js';
import { metaKey, ordinalsKey, type ParcelItem } from './items.js';

/** A dispatch of so few has one shard: with that many writers none meets another. */
const SHARDS_OF_WHOLE = 1;

/** One transaction, unless somebody has opened or cancelled it before. */
export async function openWhole(
  tools: AcceptTools,
  dispatch: Dispatch,
  recipients: readonly Recipient[],
  now: Instant,
): Promise<{ readonly added: number }> {
  const { table, records, parcels } = tools;
  await records.noteDispatching(dispatch.workspaceId);
  for (;;) {
    const meta = await records.meta(dispatch.id);
    if (meta?.spec !== undefined) return addMissing(tools, dispatch, recipients, now);
    const people = meta ? [] : onePerAddress(recipients);
    const items = parcelsOfWhole(tools, dispatch, people, now);
    const answer = await table.transact([
      ...openingOf(dispatch, meta, { shards: SHARDS_OF_WHOLE, sealed: true, pending: people.length }),
      { kind: 'put', item: { ...ordinalsKey(dispatch.id), next: people.length } },
      ...writesOf({ dispatch, shards: SHARDS_OF_WHOLE }, people, 0, now),
      ...items.map((item) => parcels.put(item)),
    ]);
    if (answer.kind === 'refused') continue;
    await parcels.announce(items, now);
    if (people.length === 0) await records.completeIfDone(dispatch.id, now);
    return { added: people.length };
  }
}

/** It was opened before, whole or step by step: whoever is missing is added, and the sealing if that is. */
async function addMissing(
  tools: AcceptTools,
  { id }: Dispatch,
  recipients: readonly Recipient[],
  now: Instant,
): Promise<{ readonly added: number }> {
  const { added } = await accept(tools, id, recipients, now);
  await tools.table.update(metaKey(id), to`SET #sealed = ${true}`, when`attribute_exists(#spec)`);
  if (added === 0) await tools.records.completeIfDone(id, now);
  return { added };
}

function parcelsOfWhole(
  { parcels }: AcceptTools,
  dispatch: Dispatch,
  people: readonly Recipient[],
  now: Instant,
): ParcelItem[] {
  const numbered = people.map((one, ordinal) => ({ ...one, ordinal }));
  return [...Map.groupBy(numbered, (one) => one.dueAt)].map(([dueAt, group]) =>
    parcels.newItem({
      dispatchId: dispatch.id,
      lane: dispatch.lane,
      members: toRanges(group.map(({ ordinal }) => ordinal)),
      dueAt: dueAt ?? now,
      giveUpAt: giveUpAt(dispatch, 0, dueAt),
    }),
  );
}
