import { expect } from '@jest/globals';
import { lanes } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '../lanes.js';
import { type DeliveryStores, HOUR } from './delivery-stores.js';
import { accepted, claimAll, settle, tryIntent, unknown } from './worker.js';

/** A diligent worker: claims whatever there is until nothing comes any more, and takes every message to an end. */
export async function drain(stores: DeliveryStores, from: number): Promise<void> {
  let now = from;
  for (let round = 0; round < 20; round++, now += HOUR) {
    const claims = (await Promise.all(lanes.map((lane) => claimAll(stores, now, lane)))).flat();
    if (claims.length === 0) return;
    for (const claim of claims) await takeToTheEnd(stores, claim, now);
  }
  throw new Error('The lanes never ran empty.');
}

async function takeToTheEnd(stores: DeliveryStores, claim: Claim, now: number): Promise<void> {
  const parcel = await stores.ledger.load(claim);
  expect(parcel).toBeDefined();
  for (const { key, provider, members } of parcel?.orphans ?? []) {
    const ordinals = members.map(({ ordinal }) => ordinal);
    expect(await settle(stores, claim, key, ordinals, unknown, { now, provider })).toBe('settled');
  }
  const ordinals = parcel?.members.map(({ ordinal }) => ordinal) ?? [];
  const key = `drain_${claim.parcel}_${claim.fence}`;
  const answer = await tryIntent(stores, claim, ordinals, { key, now });
  if (answer.kind === 'opened') {
    const sent = ordinals.filter((ordinal) => !answer.refused.includes(ordinal));
    await settle(stores, claim, key, sent, accepted, { now });
  } else if (answer.kind !== 'empty') {
    await stores.ledger.discard(
      claim,
      ordinals,
      answer.kind === 'expired' ? 'expired' : 'cancelled',
      'drained',
      now,
    );
  }
  await stores.lanes.finish(claim, [], now);
}
