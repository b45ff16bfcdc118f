import type { Instant } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { toRanges } from '#domain/delivery/model/ordinals.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import type { DispatchRecords, KnownDispatch } from './dispatch-records.js';
import {
  type AddressItem,
  addressKey,
  laneIndex,
  membersText,
  type MetaItem,
  ordinalsKey,
  type ParcelItem,
  parcelKey,
  type RowItem,
  rowKey,
  type ShardItem,
} from './items.js';
import type { Parcels } from './parcels.js';
import { Tally } from './tally.js';

/** Recipients of one transaction: a row and an address each, and beside them the parcel and up to two shards. */
const STEP = 48;
/** Of their data, in one transaction: DynamoDB takes 4 MB of items. */
const STEP_BYTES = 3_000_000;
const PARCEL_AT_MOST = 1_000;
/** A parcel that takes several steps to fill is hidden that long. If its maker dies it is worked on as it is then. */
const FILLING_MS = 60_000;

export interface AcceptTools {
  readonly table: DynamoTable;
  readonly records: DispatchRecords;
  readonly parcels: Parcels;
}

export async function accept(
  tools: AcceptTools,
  dispatchId: DispatchId,
  recipients: readonly Recipient[],
  now: Instant,
): Promise<{ readonly added: number }> {
  const meta = await tools.records.meta(dispatchId);
  const known = meta && tools.records.knownBy(meta);
  if (!known) throw notFound('dispatch');
  if (meta.control === 'cancelled') return { added: 0 };
  return { added: await new PageOfRecipients(tools, known, meta, now).accept(recipients) };
}

/** What becomes of a recipient: its row, and that its dispatch has this address. */
export function writesOf(
  { dispatch: { id: dispatchId, workspaceId } }: KnownDispatch,
  recipients: readonly Recipient[],
  first: number,
  now: Instant,
): Write[] {
  const rows = recipients.map(({ address, ref, data, dueAt }, at): Write => {
    const row: RowItem = {
      ...rowKey(dispatchId, first + at),
      dispatchId,
      workspaceId,
      ordinal: first + at,
      address,
      ref,
      data,
      status: 'pending',
      attempts: 0,
      updatedAt: now,
      ...(dueAt !== undefined && { dueAt }),
    };
    return { kind: 'put', item: { ...row }, if: when`attribute_not_exists(pk)` };
  });
  const addresses = recipients.map(({ address }, at): Write => {
    const item: AddressItem = {
      ...addressKey(workspaceId, address, dispatchId),
      dispatchId,
      ordinal: first + at,
    };
    return { kind: 'put', item: { ...item }, if: when`attribute_not_exists(pk)` };
  });
  return [...rows, ...addresses];
}

export function onePerAddress(recipients: readonly Recipient[]): Recipient[] {
  const first = new Map<string, Recipient>();
  for (const one of recipients) if (!first.has(one.address)) first.set(one.address, one);
  return [...first.values()];
}

function stepsOf(recipients: readonly Recipient[]): Recipient[][] {
  const steps: Recipient[][] = [];
  let room = 0;
  for (const one of recipients) {
    const bytes = Buffer.byteLength(one.data);
    const last = steps.at(-1);
    if (!last || last.length === STEP || bytes > room) {
      steps.push([one]);
      room = STEP_BYTES - bytes;
    } else {
      last.push(one);
      room -= bytes;
    }
  }
  return steps;
}

/** For a parcel of members that are due at this instant, if they have a due time of their own. */
export function giveUpAt(
  { giveUpAt: ofDispatch }: { readonly giveUpAt: Instant },
  pausedMs: number,
  dueAt: Instant | undefined,
): Instant {
  return Math.max(ofDispatch, (dueAt ?? 0) - pausedMs);
}

/** A paced dispatch is cut into parcels of about two seconds, so that none sits in a worker's hands for long. */
function parcelSize(rate: number | undefined): number {
  return rate === undefined ? PARCEL_AT_MOST : Math.min(PARCEL_AT_MOST, Math.max(10, Math.ceil(2 * rate)));
}

/**
 * Accepts one page, step by step. A step is one transaction: the rows, their addresses, the counters, and the parcel that has
 * them. So whatever has a row has work, wherever this ends, and what is known already is refused and left out.
 *
 * A parcel is filled hidden, as if somebody had claimed it. Should that time run out before it is full it is claimed as it is,
 * which its next step finds, and begins another.
 */
class PageOfRecipients {
  readonly #tools: AcceptTools;
  readonly #known: KnownDispatch;
  readonly #meta: MetaItem;
  readonly #now: Instant;
  /** The next ordinal that nobody has. */
  #next = 0;
  #isCancelled = false;

  constructor(tools: AcceptTools, known: KnownDispatch, meta: MetaItem, now: Instant) {
    this.#tools = tools;
    this.#known = known;
    this.#meta = meta;
    this.#now = now;
  }

  async accept(recipients: readonly Recipient[]): Promise<number> {
    const page = onePerAddress(recipients);
    if (page.length === 0) return 0;
    this.#next = await this.#allot(page.length);
    const size = parcelSize(this.#known.dispatch.ratePerSecond);
    let added = 0;
    for (const [dueAt, group] of Map.groupBy(page, (one) => one.dueAt))
      for (let from = 0; from < group.length && !this.#isCancelled; from += size)
        added += await this.#fillParcels(group.slice(from, from + size), dueAt);
    return added;
  }

  /** In no transaction, so that pages which are accepted side by side are in nobody's way. Where an address was known there will be a gap. */
  async #allot(count: number): Promise<number> {
    const { id } = this.#known.dispatch;
    const written = await this.#tools.table.update<{ next: number }>(ordinalsKey(id), to`ADD #next ${count}`);
    return (written.item?.next ?? count) - count;
  }

  async #fillParcels(recipients: readonly Recipient[], dueAt: Instant | undefined): Promise<number> {
    const steps = stepsOf(recipients);
    const isOneStep = steps.length === 1;
    const filled: ParcelItem[] = [];
    let added = 0;
    let parcel: ParcelItem | undefined;
    for (const some of steps) {
      if (this.#isCancelled) break;
      const step = await this.#step(some, dueAt, parcel, isOneStep);
      if (parcel && step.parcel?.id !== parcel.id) filled.push(parcel);
      parcel = step.parcel;
      added += step.added;
    }
    if (parcel) filled.push(parcel);
    const shown = isOneStep ? filled : await Promise.all(filled.map((one) => this.#show(one)));
    await this.#tools.parcels.announce(shown, this.#now);
    return added;
  }

  async #step(
    recipients: readonly Recipient[],
    dueAt: Instant | undefined,
    into: ParcelItem | undefined,
    isOnly: boolean,
  ): Promise<{ readonly added: number; readonly parcel: ParcelItem | undefined }> {
    const { table, parcels } = this.#tools;
    let fresh = recipients;
    let parcel = into;
    while (fresh.length > 0) {
      const ordinals = fresh.map((_, at) => this.#next + at);
      const tally = new Tally(this.#known.dispatch.id, this.#known.shards);
      for (const ordinal of ordinals) tally.move(ordinal, undefined, 'pending');
      const filled = this.#withMore(parcel, ordinals, dueAt, isOnly);
      const rows = writesOf(this.#known, fresh, this.#next, this.#now);
      const counts = tally.writes(when`#control <> ${'cancelled'} AND attribute_not_exists(#done)`);
      const answer = await table.transact([
        ...rows,
        ...counts,
        parcel ? fillMore(filled) : parcels.put(filled),
      ]);
      if (answer.kind === 'done') {
        this.#next += fresh.length;
        return { added: fresh.length, parcel: filled };
      }
      const known = fresh.filter((_, at) => answer.by.has(fresh.length + at));
      const shards = counts.flatMap(
        (_, at) => answer.by.get(rows.length + at) ?? [],
      ) as unknown as ShardItem[];
      if (shards.some(({ control }) => control === 'cancelled')) this.#isCancelled = true;
      if (this.#isCancelled) break;
      if (answer.by.has(rows.length + counts.length)) parcel = undefined;
      fresh = fresh.filter((one) => !known.includes(one));
      if (fresh.length > 0 && shards.some(({ done }) => done)) await this.#reopen();
    }
    return { added: 0, parcel };
  }

  #withMore(
    parcel: ParcelItem | undefined,
    ordinals: readonly number[],
    dueAt: Instant | undefined,
    isOnly: boolean,
  ): ParcelItem {
    const { dispatch } = this.#known;
    const was = parcel ? ordinalsIn(parcel) : [];
    const members = toRanges([...was, ...ordinals]);
    if (parcel) return { ...parcel, members: membersText(members), size: was.length + ordinals.length };
    const item = this.#tools.parcels.newItem({
      dispatchId: dispatch.id,
      lane: dispatch.lane,
      members,
      dueAt: dueAt ?? this.#now,
      giveUpAt: giveUpAt(dispatch, this.#meta.pausedMs, dueAt),
    });
    if (isOnly) return item;
    const visibleAt = Math.max(item.dueAt, this.#now + FILLING_MS);
    return { ...item, claimed: true, visibleAt, ...laneIndex(item, visibleAt) };
  }

  /** It is full. Who has claimed it since keeps it. */
  async #show(parcel: ParcelItem): Promise<ParcelItem> {
    const shown = { claimed: false, visibleAt: parcel.dueAt, ...laneIndex(parcel, parcel.dueAt) };
    await this.#tools.table.update(parcelKey(parcel.id), fields(shown), STILL_FILLING);
    return { ...parcel, ...shown };
  }

  /** It had been complete. Completion is told again when these are done. */
  async #reopen(): Promise<void> {
    const { table, records } = this.#tools;
    await table.transact(records.reopening(this.#known, 'untold'));
  }
}

const STILL_FILLING = when`#fence = ${0} AND #claimed = ${true}`;

function fillMore({ id, members, size }: ParcelItem): Write {
  return { kind: 'update', key: parcelKey(id), change: fields({ members, size }), if: STILL_FILLING };
}

function ordinalsIn({ members }: ParcelItem): number[] {
  return members.split(',').flatMap((range) => {
    const [from = 0, end = from] = range.split('-').map(Number);
    return Array.from({ length: end - from + 1 }, (_, at) => from + at);
  });
}
