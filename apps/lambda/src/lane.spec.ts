import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import type { DeliverParcel } from '#domain/delivery/application/work-lane.js';
import { aDispatch, recipients, START } from '#ports/delivery/testing/delivery-stores.js';
import { feedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { handlerOf } from './lane.js';
import { OneQueue } from './testing/one-queue.js';

const queue = OneQueue.forThisFile();
const TIMEOUT_MS = 60_000;

describe('the function of a lane', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let lanes: MemoryLanes;
  let host: LambdaHost;
  let parcels: string[];
  let delivered: string[];
  let source: Awaited<ReturnType<OneQueue['fresh']>>;

  /** Three parcels on the bulk lane, and a message for each. */
  beforeEach(async () => {
    clock = new DrivenClock(START);
    log = new MemoryLog();
    host = new LambdaHost(clock, TIMEOUT_MS);
    const backbone = new MemoryDeliveryBackbone(new MemoryOutbox(), new CountingIds(), clock);
    const [dispatches, ledger] = [new MemoryDispatches(backbone), new MemoryLedger(backbone)];
    lanes = new MemoryLanes(backbone);
    const dispatch = aDispatch().build();
    await dispatches.open(dispatch);
    for (let page = 0; page < 3; page++)
      await ledger.accept(dispatch.id, recipients(2, { from: 2 * page }), START);
    const { claims } = await lanes.claim('bulk', 10, 1_000, START);
    parcels = claims.map(({ parcel }) => parcel);
    for (const claim of claims) await lanes.putBack(claim, START);
    delivered = [];
    source = await queue.fresh();
    await queue.send(
      source,
      parcels.map((parcel) => JSON.stringify({ parcel })),
    );
  });

  const finish: DeliverParcel = async (claim) => {
    delivered.push(claim.parcel);
    await lanes.finish(claim, []);
  };
  const feed = (deliver: DeliverParcel, heard: string[] = []) =>
    feedBatch(
      host,
      source,
      handlerOf({
        ...{ lane: 'bulk', lanes, deliver, clock, log },
        heard: (_, signals) => void heard.push(...signals.map(({ parcel }) => parcel)),
      }) as never,
    );

  it('takes what is named to its end, and lets go of the messages', async () => {
    const heard: string[] = [];
    expect(await feed(finish, heard)).toEqual({ received: 3, deleted: 3, how: 'answered' });
    expect(heard.toSorted()).toEqual(parcels.toSorted());
    expect(delivered.toSorted()).toEqual(parcels.toSorted());
    expect(await queue.left(source)).toBe(0);
  });

  it('has only those come again that failed', async () => {
    const [bad] = parcels;
    const failing: DeliverParcel = (claim, stopping, loaded) =>
      claim.parcel === bad ? Promise.reject(new Error('storage lost')) : finish(claim, stopping, loaded);
    expect(await feed(failing)).toEqual({ received: 3, deleted: 2, how: 'answered' });
    expect(log.complaints).toEqual(['lane.parcel_failed']);
    // Still leased: there is nothing to be done, and the message is not lost.
    expect(await feed(finish)).toEqual({ received: 1, deleted: 0, how: 'answered' });
    await clock.advance(TIMEOUT_MS);
    expect(await feed(finish)).toEqual({ received: 1, deleted: 1, how: 'answered' });
    expect(delivered).toHaveLength(3);
  });

  it('has messages come again that came twice, or that somebody else works on, and does nothing for them', async () => {
    const { claims } = await lanes.claim('bulk', 10, 5_000, START);
    expect(await feed(finish)).toEqual({ received: 3, deleted: 0, how: 'answered' });
    expect(delivered).toEqual([]);
    for (const claim of claims) await lanes.finish(claim, []);
  });

  it('keeps what it can not read until it is a dead letter', async () => {
    await queue.send(source, ['nonsense', '{"parcel":7}']);
    expect(await feed(finish)).toEqual({ received: 5, deleted: 3, how: 'answered' });
    expect(await queue.left(source)).toBe(2);
  });

  it('answers before its end for what has not ended, and begins nothing when it is late', async () => {
    const [slow] = parcels;
    let wasLate: boolean | undefined;
    const waiting: DeliverParcel = async (claim, stopping, loaded) => {
      if (claim.parcel !== slow) return finish(claim, stopping, loaded);
      await new Promise<void>((resolve) => void clock.after(50_000, resolve));
      wasLate = stopping();
      await new Promise<never>(() => {});
    };
    const fed = feed(waiting);
    let result: Awaited<typeof fed> | undefined;
    void fed.then((one) => (result = one));
    while (!result) await clock.advance(1_000);
    expect(result).toEqual({ received: 3, deleted: 2, how: 'answered' });
    expect(wasLate).toBe(true);
    expect(log.complaints).toEqual(['lane.out_of_time']);
    await clock.advance(TIMEOUT_MS);
    expect(await feed(finish)).toEqual({ received: 1, deleted: 1, how: 'answered' });
  });

  it('loses nothing when it is killed in the middle of a batch', async () => {
    const [first] = parcels;
    const stuck = handlerOf({
      ...{ lane: 'bulk', lanes, clock, log, heard: () => {} },
      stopBeforeMs: 0,
      deliver: (claim, stopping, loaded) =>
        claim.parcel === first ? finish(claim, stopping, loaded) : new Promise<never>(() => {}),
    });
    // It answers too late for its host.
    const dozing: typeof stuck = async (event, invocation) => {
      const answer = await stuck(event, invocation);
      await new Promise<void>((resolve) => void clock.after(5_000, resolve));
      return answer;
    };
    let result: unknown;
    void feedBatch(host, source, dozing as never).then((one) => (result = one));
    while (!result) await clock.advance(1_000);
    expect(result).toEqual({ received: 3, deleted: 0, how: 'killed' });
    await clock.advance(TIMEOUT_MS);
    expect(await feed(finish)).toEqual({ received: 3, deleted: 2, how: 'answered' });
    expect(delivered.toSorted()).toEqual(parcels.toSorted());
  });
});
