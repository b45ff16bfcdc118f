import { expect } from '@jest/globals';
import type { Delivery, Recipient } from '#domain/delivery/model/delivery.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch, Lane } from '#domain/delivery/model/dispatch.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { Claim } from '../lanes.js';
import type { IntentAnswer } from '../ledger.js';
import { type DeliveryStores, LEASE, recipients, START } from './delivery-stores.js';

/** What a worker does, one step at a time: the suites play it. */

export const accepted: Verdict = { to: 'accepted', providerMessageId: 'prov-1' };
export const failed: Verdict = { to: 'failed', reason: 'mailbox does not exist', hardBounce: false };
export const hardBounced: Verdict = { to: 'failed', reason: 'no such user', hardBounce: true };
export const dead: Verdict = { to: 'dead', reason: 'attempts used up: 503' };
export const unknown: Verdict = { to: 'unknown', reason: 'timeout after the bytes left' };
export const unavailable = (dueAt: number): Verdict => ({
  to: 'pending',
  reason: 'connection refused',
  spent: true,
  elsewhere: true,
  dueAt,
});
export const throttled = (dueAt: number): Verdict => ({
  to: 'pending',
  reason: 'too many requests',
  spent: false,
  elsewhere: false,
  dueAt,
});

let lastKey = 0;

/** A key for a provider call, never used before. */
export function aKey(): string {
  lastKey += 1;
  return `call_${String(lastKey).padStart(26, '0')}`;
}

/** Claims until the lane has nothing to give. */
export async function claimAll(
  stores: DeliveryStores,
  now: number,
  lane: Lane = 'bulk',
  leaseMs = LEASE,
): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (;;) {
    const answer = await stores.lanes.claim(lane, 100, leaseMs, now);
    if (answer.claims.length === 0) return claims;
    claims.push(...answer.claims);
  }
}

/** Claims the one parcel that the lane has to give. */
export async function claimOne(
  stores: DeliveryStores,
  now: number,
  lane: Lane = 'bulk',
  leaseMs = LEASE,
): Promise<Claim> {
  const claims = await claimAll(stores, now, lane, leaseMs);
  expect(claims).toHaveLength(1);
  return claims[0]!;
}

/** `[[0, 2], [7, 7]]` -> `[0, 1, 2, 7]` */
export function ordinalsOf(claim: Pick<Claim, 'members'>): number[] {
  return claim.members.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
}

/** Any ordinals as the ranges that a leftover is made of. */
export function asMembers(ordinals: readonly number[]): [number, number][] {
  return [...ordinals].sort((a, b) => a - b).map((ordinal) => [ordinal, ordinal]);
}

/** What is pending in a claimed parcel. */
export async function pendingIn(stores: DeliveryStores, claim: Claim): Promise<number[]> {
  const parcel = await stores.ledger.load(claim);
  return parcel?.members.map(({ ordinal }) => ordinal) ?? [];
}

/** Asks to send; the answer is the caller's to look at. */
export function tryIntent(
  stores: DeliveryStores,
  claim: Claim,
  ordinals: readonly number[],
  how: {
    now?: number;
    key?: string;
    provider?: string;
    unsendable?: { ordinal: number; reason: string }[];
  } = {},
): Promise<IntentAnswer> {
  const { now = START, key = aKey(), provider = 'ses', unsendable = [] } = how;
  return stores.ledger.openIntent({ claim, key, provider, ordinals, unsendable, now });
}

/** Opens an intent that must be granted in full, and answers its key. */
export async function submit(
  stores: DeliveryStores,
  claim: Claim,
  ordinals: readonly number[],
  how: { now?: number; key?: string; provider?: string } = {},
): Promise<string> {
  const key = how.key ?? aKey();
  expect(await tryIntent(stores, claim, ordinals, { ...how, key })).toEqual({ kind: 'opened', refused: [] });
  return key;
}

/** Records one verdict for all of a call's members. */
export function settle(
  stores: DeliveryStores,
  claim: Claim,
  key: string,
  ordinals: readonly number[],
  verdict: Verdict,
  how: { now?: number; provider?: string } = {},
): Promise<'settled' | 'stale'> {
  const { now = START, provider = 'ses' } = how;
  const verdicts = ordinals.map((ordinal) => ({ ordinal, verdict }));
  return stores.ledger.settle({ claim, key, provider, verdicts, now });
}

/** One whole provider call: intent, then outcome. */
export async function send(
  stores: DeliveryStores,
  claim: Claim,
  ordinals: readonly number[],
  verdict: Verdict,
  how: { now?: number; provider?: string; key?: string } = {},
): Promise<void> {
  const key = await submit(stores, claim, ordinals, how);
  expect(await settle(stores, claim, key, ordinals, verdict, how)).toBe('settled');
}

/** A parcel in a worker's hands. */
export interface Work {
  readonly dispatch: Dispatch;
  readonly claim: Claim;
  readonly ordinals: readonly number[];
}

/** Accepts recipients into an open dispatch and claims the parcel that comes of it. */
export async function takeUp(
  stores: DeliveryStores,
  dispatch: Dispatch,
  whom: number | readonly Recipient[],
  now = START,
): Promise<Work> {
  const page = typeof whom === 'number' ? recipients(whom) : whom;
  expect(await stores.ledger.accept(dispatch.id, page, now)).toEqual({ added: page.length });
  const claim = await claimOne(stores, now, dispatch.lane);
  return { dispatch, claim, ordinals: await pendingIn(stores, claim) };
}

/** Takes up recipients and gives every one of them the same verdict. The parcel is finished, nothing is put back. */
export async function deliverAll(
  stores: DeliveryStores,
  dispatch: Dispatch,
  whom: number | readonly Recipient[],
  verdict: Verdict,
  how: { now?: number; provider?: string } = {},
): Promise<number[]> {
  const { claim, ordinals } = await takeUp(stores, dispatch, whom, how.now);
  await send(stores, claim, ordinals, verdict, how);
  await stores.lanes.finish(claim, [], how.now ?? START);
  return [...ordinals];
}

export async function deliveryAt(
  stores: DeliveryStores,
  dispatch: Dispatch,
  ordinal: number,
): Promise<Delivery> {
  const delivery = await stores.deliveries.find(dispatch.workspaceId, deliveryId(dispatch.id, ordinal));
  if (!delivery) throw new Error(`${dispatch.id} has no delivery with ordinal ${ordinal}`);
  return delivery;
}

export async function statusesOf(
  stores: DeliveryStores,
  dispatch: Dispatch,
  ordinals: readonly number[],
): Promise<string[]> {
  const deliveries = await Promise.all(ordinals.map((ordinal) => deliveryAt(stores, dispatch, ordinal)));
  return deliveries.map(({ status }) => status);
}

/** The counters of a dispatch that are not zero. */
export async function countsOf(stores: DeliveryStores, dispatch: Dispatch): Promise<Record<string, number>> {
  const stats = await stores.dispatches.stats(dispatch.id);
  return Object.fromEntries(Object.entries(stats?.counts ?? {}).filter(([, count]) => count !== 0));
}

/** Lets every promise go at the same time, so that the adapter sees them side by side. */
export function allAtOnce<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}
