import { createHash } from 'node:crypto';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Attempt, DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { DispatchControl, DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import type { SuppressionReason, SuppressionScope } from '#domain/delivery/model/suppression.js';
import { key, type Key } from '../engine/keys.js';

/*
 * What the delivery backbone keeps in the one table. Every kind of item has its type and its key here, and whoever reads or
 * writes one takes both from here.
 *
 *   DSP#<dispatch>            META       the dispatch, its control, whether it is sealed and completed
 *   DSP#<dispatch>#N          N          how many ordinals have been allotted
 *   DSP#<dispatch>#S#<n>      S          a part of its counters, with the control in force
 *   DSP#<dispatch>#R#<block>  <ordinal>  a message
 *   ADR#<workspace>#<hash>    <dispatch> that the dispatch has this address
 *   PCL#<parcel>              STATE      a parcel of work
 *   PCL#<parcel>              INT#<key>  a provider call without a recorded outcome
 *   SUP#<workspace>#<hash>    SUP        what stands against an address
 *   SUPID#<workspace>#<id>    SUP        whose suppression this id is
 *   PMID#<provider>#<id>      PMID       which message a provider took under this id
 *   DSPWS                     <ws>       that the workspace has dispatched anything
 */

/** Shards of a dispatch that is opened to be filled page by page: about that many writers do not meet. */
export const SHARDS = 16;
/** Rows with neighbouring ordinals that share a partition (and a shard): a partition takes 1,000 writes a second. */
export const ROW_BLOCK = 256;
/** Partitions of the index over the rows of one state of one workspace: a campaign may be cancelled as a whole. */
export const STATUS_SHARDS = 16;
/** Partitions of the index over the parcels of a lane. */
export const LANE_SHARDS = 4;

/** Addresses have any length (a push token, an endpoint), keys have not. */
export function hashOf(address: string): string {
  return createHash('sha256').update(address).digest('base64url').slice(0, 32);
}

// --- The dispatch -----------------------------------------------------------------------------------------------

/**
 * `spec` is missing where only a cancellation is known, of a dispatch that nobody has opened.
 * gsi1: the dispatches of a workspace, by id.
 */
export interface MetaItem extends Key {
  readonly gsi1pk?: string;
  readonly gsi1sk?: string;
  /** The {@link Dispatch} as JSON. It never changes, so it may be kept in memory; what is below changes. */
  readonly spec?: string;
  readonly control: DispatchControl;
  readonly revision: number;
  readonly shards: number;
  readonly sealed: boolean;
  /** `dispatch.completed` was the last that was told of it. Changes only with all shards' `done`. */
  readonly completed: boolean;
  readonly haltedAt?: Instant;
  /** How long it has been halted in all, the present time not counted: every `giveUpAt` moves on by it. */
  readonly pausedMs: number;
}

/**
 * A part of a dispatch's counters: one attribute for each {@link DeliveryStatus} (missing is zero), and one for each provider
 * that accepted any, {@link byProvider}. All rows of a block are counted in one and the same shard, so the sum over the shards is
 * right whenever each of them is read. `control` and `revision` repeat what META says: whoever counts a new send obeys it in the same update.
 */
export interface ShardItem extends Key, Readonly<Partial<Record<DeliveryStatus, number>>> {
  readonly control: DispatchControl;
  readonly revision: number;
  /** Completion has been announced, and this shard was empty then. Whoever adds pending ones removes it, see {@link MetaItem}. */
  readonly done?: boolean;
}

/** The attribute of a shard that counts what this provider accepted. */
export function byProvider(provider: string): string {
  return `by ${provider}`;
}

export function metaKey(dispatch: string): Key {
  return { pk: key('DSP', dispatch), sk: 'META' };
}

/** `{ next: number }`: no ordinal from there on has been allotted. Missing is zero. Ordinals have gaps where an address was known already. */
export function ordinalsKey(dispatch: string): Key {
  return { pk: key('DSP', dispatch, 'N'), sk: 'N' };
}

export function shardKey(dispatch: string, shard: number): Key {
  return { pk: key('DSP', dispatch, 'S', shard), sk: 'S' };
}

/** In which shard a row is counted, all its life. */
export function shardOf(ordinal: number, shards: number): number {
  return Math.floor(ordinal / ROW_BLOCK) % shards;
}

/** gsi1: `pk` of a workspace's dispatches; `sk` is the dispatch's id. */
export function dispatchesOf(workspace: string): string {
  return key('DSPS', workspace);
}

/** Every workspace that has dispatched anything. */
export const DISPATCHING_WORKSPACES = key('DSPWS');
export function dispatchingKey(workspace: string): Key {
  return { pk: DISPATCHING_WORKSPACES, sk: key(workspace) };
}

// --- Rows -------------------------------------------------------------------------------------------------------

/**
 * A message. gsi1, only in {@link EXCEPTIONAL} states: the rows of a workspace in this state, by dispatch and ordinal. Lists
 * of the others walk the dispatches and their blocks, on the table itself.
 */
export interface RowItem extends Key {
  readonly gsi1pk?: string;
  readonly gsi1sk?: string;
  readonly dispatchId: DispatchId;
  readonly workspaceId: WorkspaceId;
  readonly ordinal: number;
  readonly address: string;
  readonly ref: string;
  readonly data: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly updatedAt: Instant;
  /** Missing is none. */
  readonly history?: readonly Attempt[];
  readonly dueAt?: Instant;
  readonly provider?: string;
  readonly providerMessageId?: string;
  readonly reason?: string;
  /** Of the call that has it, while it is submitting. */
  readonly call?: string;
  /** The highest of what providers told of it, be it before its call was settled; see `rankOf`. */
  readonly told?: ToldOf;
}

export interface ToldOf {
  readonly rank: number;
  readonly provider: string;
  readonly reason?: string;
}

/** States that few rows are in, or that somebody looks for. */
export const EXCEPTIONAL: ReadonlySet<DeliveryStatus> = new Set<DeliveryStatus>([
  'bounced',
  'complained',
  'failed',
  'dead',
  'suppressed',
  'cancelled',
  'expired',
  'unknown',
]);

export function blockOf(ordinal: number): number {
  return Math.floor(ordinal / ROW_BLOCK);
}

export function rowsOf(dispatch: string, block: number): string {
  return key('DSP', dispatch, 'R', block);
}

export function rowKey(dispatch: string, ordinal: number): Key {
  return { pk: rowsOf(dispatch, blockOf(ordinal)), sk: key(ordinal) };
}

/** gsi1: a part of a workspace's rows in one state. */
export function statusPartition(workspace: string, status: DeliveryStatus, shard: number): string {
  return key('ROWS', workspace, status, shard);
}

/** Where the index has a row of this state: to be set with the state, `undefined` is to be removed. */
export function statusIndex(
  { workspaceId, dispatchId, ordinal }: Pick<RowItem, 'workspaceId' | 'dispatchId' | 'ordinal'>,
  status: DeliveryStatus,
): { readonly gsi1pk: string | undefined; readonly gsi1sk: string | undefined } {
  if (!EXCEPTIONAL.has(status)) return { gsi1pk: undefined, gsi1sk: undefined };
  const shard = blockOf(ordinal) % STATUS_SHARDS;
  return { gsi1pk: statusPartition(workspaceId, status, shard), gsi1sk: key(dispatchId, ordinal) };
}

/** That a dispatch has an address, once: it is unique because this item is. The rows of an address are found here, by dispatch. */
export interface AddressItem extends Key {
  readonly dispatchId: DispatchId;
  readonly ordinal: number;
}

export function addressPartition(workspace: string, address: string): string {
  return key('ADR', workspace, hashOf(address));
}

export function addressKey(workspace: string, address: string, dispatch: string): Key {
  return { pk: addressPartition(workspace, address), sk: key(dispatch) };
}

// --- Parcels and calls ------------------------------------------------------------------------------------------

/**
 * A parcel of work. gsi3: what is on a lane, by the time from which it can be claimed. gsi1: the parcels of a dispatch.
 * A claim is the update that raises `fence`; all that its holder does checks that.
 */
export interface ParcelItem extends Key {
  readonly gsi1pk: string;
  readonly gsi1sk: string;
  readonly gsi3pk: string;
  readonly gsi3sk: string;
  readonly id: string;
  readonly dispatchId: DispatchId;
  readonly lane: Lane;
  /** As {@link membersText} writes it. */
  readonly members: string;
  readonly size: number;
  /** When it was to be worked on: a claim and a halt hide it for longer, and do not change this. */
  readonly dueAt: Instant;
  /** From when on it can be claimed. */
  readonly visibleAt: Instant;
  /** In somebody's hands, or, with `fence` 0, not filled yet: `visibleAt` is the end of the lease. */
  readonly claimed: boolean;
  readonly fence: number;
  readonly receives: number;
  /** Calls under way. */
  readonly calls: number;
  /** What its members have, less what its dispatch had been halted by then: `giveUpAt + META.pausedMs` is what a claim says. */
  readonly giveUpAt: Instant;
  /** Of the claim that holds it: a claim whose answer was lost knows its own. */
  readonly holder?: string;
}

/**
 * A provider call that was intended and has no recorded outcome. `opening`: not all of its members are in it yet, so it has not been
 * made, and the parcel's next holder takes it back. While it is settled in several steps the members leave it one by one.
 */
export interface IntentItem extends Key {
  readonly key: string;
  readonly provider: string;
  readonly openedAt: Instant;
  /** In the order in which the call carries them. */
  readonly members: readonly number[];
  readonly state: 'opening' | 'open';
  /** Of the claim under which it was opened. */
  readonly fence: number;
}

export function parcelKey(parcel: string): Key {
  return { pk: key('PCL', parcel), sk: 'STATE' };
}

export const INTENTS = key('INT', '');
export function intentKey(parcel: string, call: string): Key {
  return { pk: key('PCL', parcel), sk: key('INT', call) };
}

/** gsi1: the parcels of a dispatch. */
export function parcelsOf(dispatch: string): string {
  return key('DSPP', dispatch);
}

/** gsi3: a part of a lane's parcels; its `sk` begins with `visibleAt`. */
export function lanePartition(lane: Lane, shard: number): string {
  return key('LANE', lane, shard);
}

export function laneIndex(
  { id, lane }: Pick<ParcelItem, 'id' | 'lane'>,
  visibleAt: Instant,
): { readonly gsi3pk: string; readonly gsi3sk: string } {
  const shard = (id.charCodeAt(id.length - 1) + id.charCodeAt(id.length - 2)) % LANE_SHARDS;
  return { gsi3pk: lanePartition(lane, shard), gsi3sk: key(Math.max(0, Math.ceil(visibleAt)), id) };
}

/** `[[0, 47], [50, 50]]` as `0-47,50` */
export function membersText(members: readonly (readonly [number, number])[]): string {
  return members.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join();
}

export function membersFrom(text: string): [number, number][] {
  if (text === '') return [];
  return text.split(',').map((range) => {
    const [from = '', to = from] = range.split('-');
    return [Number(from), Number(to)];
  });
}

// --- Suppressions -----------------------------------------------------------------------------------------------

export interface SuppressionEntry {
  readonly id: string;
  readonly reason: SuppressionReason;
  readonly at: Instant;
}

/**
 * What stands against an address of a workspace: an attribute for each scope, named as the scope is. An intent checks that the one or
 * both are not there: one item, one check. gsi1: all of a workspace, by address. When neither is left the item is deleted.
 */
export interface SuppressionItem extends Key, Readonly<Partial<Record<SuppressionScope, SuppressionEntry>>> {
  readonly gsi1pk: string;
  readonly gsi1sk: string;
  readonly workspaceId: WorkspaceId;
  readonly address: string;
}

/** Written in the same transaction as the scope's entry with this id, and deleted with it. */
export interface SuppressionIdItem extends Key {
  readonly address: string;
  readonly scope: SuppressionScope;
}

export function suppressionKey(workspace: string, address: string): Key {
  return { pk: key('SUP', workspace, hashOf(address)), sk: 'SUP' };
}

export function suppressionIdKey(workspace: string, id: string): Key {
  return { pk: key('SUPID', workspace, id), sk: 'SUP' };
}

/** gsi1 of the suppressions of a workspace: `sk` sorts as the addresses do, as far as a key reaches. */
export function suppressionIndex(workspace: string, address: string): { gsi1pk: string; gsi1sk: string } {
  return { gsi1pk: key('SUPS', workspace), gsi1sk: key(address.slice(0, 200), hashOf(address)) };
}

// --- Provider message ids ---------------------------------------------------------------------------------------

/** For the providers in `TELLS_ITS_OWN_ID` alone, written with the acceptance. Of two with the same id the later one counts. */
export interface MessageIdItem extends Key {
  readonly dispatchId: DispatchId;
  readonly ordinal: number;
}

export function messageIdKey(provider: string, providerMessageId: string): Key {
  return { pk: key('PMID', provider, providerMessageId), sk: 'PMID' };
}
