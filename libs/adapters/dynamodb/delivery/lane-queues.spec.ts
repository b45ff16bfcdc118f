import { beforeEach, describe, expect, it } from '@jest/globals';
import { SignalledLanes } from './signalled-lanes.js';
import { aProcess, type DeliveryProcess } from './testing/processes.js';
import { OneDynamo } from '../testing/one-table.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import type { Claim } from '#ports/delivery/lanes.js';
import { describeLanesContract } from '#ports/delivery/lanes.contract.js';
import { aDispatch, LEASE, recipients, START } from '#ports/delivery/testing/delivery-stores.js';
import { accepted } from '#ports/delivery/testing/worker.js';
import type { SqsFault } from '#test/fakes/sqs/fake-sqs.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { OneSqs } from '#adapters/sqs/testing/one-sqs.js';

const HOUR = 3_600_000;
const dynamo = OneDynamo.forThisFile();
const sqs = OneSqs.forThisFile();
let tests = 0;

/** Queues of one test. */
async function freshQueues(): Promise<SqsLaneSignals> {
  tests += 1;
  const prefix = `test-${process.pid}-${tests}`;
  const signals = new SqsLaneSignals({ client: sqs.client, prefix, waitSeconds: 0 });
  await signals.createQueues();
  return signals;
}

/** Receives whenever it is asked for work, and looks the lane through each time: what the suite puts there it finds at once. */
class HearingLanes extends SignalledLanes {
  readonly #signals: SqsLaneSignals;

  constructor(signals: SqsLaneSignals, { lanes, table }: DeliveryProcess) {
    super(
      { lanes, table, signals, clock: new DrivenClock(START), log: new MemoryLog() },
      { sweepEveryMs: 0 },
    );
    this.#signals = signals;
  }

  override async claim(...[lane, max, leaseMs, now]: Parameters<SignalledLanes['claim']>) {
    this.heard(lane, await this.#signals.receive(lane, max, LEASE));
    return super.claim(lane, max, leaseMs, now);
  }
}

describeLanesContract('SignalledLanes over SQS', async () => {
  await dynamo.fresh();
  const signals = await freshQueues();
  const its = aProcess(dynamo, { signals, ids: new CountingIds() });
  const notHere = undefined as never;
  return {
    ...its,
    lanes: new HearingLanes(signals, its),
    deliveries: notHere,
    failedMessages: notHere,
    suppressions: notHere,
    untold: async () => (await its.outbox.untold(100)).map(({ event }) => event),
    close: () => Promise.resolve(),
  };
});

describe('Lanes that are signalled over SQS', () => {
  let signals: SqsLaneSignals;
  let its: DeliveryProcess;
  let lanes: SignalledLanes;
  let clock: DrivenClock;
  beforeEach(async () => {
    await dynamo.fresh();
    signals = await freshQueues();
    its = aProcess(dynamo, { signals });
    clock = new DrivenClock(START);
    lanes = new SignalledLanes(
      { lanes: its.lanes, table: its.table, signals, clock, log: new MemoryLog() },
      { sweepEveryMs: HOUR },
    );
    // At its start each process looks the lanes through.
    await lanes.claim('bulk', 1, LEASE, START);
  });

  /** Paced so that each parcel has ten. */
  const opened = async () => {
    const dispatch = { ...aDispatch().build(), ratePerSecond: 5 };
    await its.dispatches.open(dispatch);
    return dispatch;
  };
  const hear = async (): Promise<number> => {
    const heard = await signals.receive('bulk', 10, LEASE);
    lanes.heard('bulk', heard);
    return heard.length;
  };
  /** Sends all that is claimed, and writes down to whom. */
  const deliver = async (claims: readonly Claim[], sent: string[]): Promise<void> => {
    for (const claim of claims) {
      const members = (await its.ledger.load(claim))?.members ?? [];
      const call = { claim, key: `call_${claim.parcel}_${claim.fence}`, provider: 'ses', now: START };
      const ordinals = members.map(({ ordinal }) => ordinal);
      const answer = await its.ledger.openIntent({ ...call, ordinals, unsendable: [] });
      if (answer.kind === 'opened') {
        sent.push(...members.map(({ address }) => address));
        const verdicts = ordinals.map((ordinal) => ({ ordinal, verdict: accepted }));
        expect(await its.ledger.settle({ ...call, verdicts })).toBe('settled');
      }
      await lanes.finish(claim, [], START);
    }
  };
  const workOff = async (sent: string[]): Promise<void> => {
    for (;;) {
      const heard = await hear();
      const { claims } = await lanes.claim('bulk', 20, LEASE, START);
      await deliver(claims, sent);
      if (heard === 0 && claims.length === 0) return;
    }
  };
  const addresses = (count: number) =>
    recipients(count)
      .map(({ address }) => address)
      .sort();

  it('gives what a message names, without looking the lane through', async () => {
    const dispatch = await opened();
    await its.ledger.accept(dispatch.id, recipients(30), START);
    expect((await lanes.claim('bulk', 20, LEASE, START)).claims).toEqual([]);
    const sent: string[] = [];
    await workOff(sent);
    expect(sent.sort()).toEqual(addresses(30));
    expect((await its.dispatches.stats(dispatch.id))?.counts.accepted).toBe(30);
  });

  const faults: readonly (readonly [SqsFault, readonly SqsFault[]])[] = [
    ['duplicated', ['duplicated', 'duplicated', 'duplicated']],
    ['reordered', ['reordered', 'reordered', 'reordered']],
    ['delayed', ['delayed', 'delayed', 'delayed']],
    ['lost', ['lost', 'lost', 'lost']],
    ['lost', ['duplicated', 'lost', 'reordered', 'delayed']],
  ];
  it.each(faults)('delivers the same, and to nobody twice, when messages are %s: %j', async (_, planned) => {
    const { fake } = sqs;
    if (!fake) return;
    const dispatch = await opened();
    for (const fault of planned) fake.plan(fault);
    for (const from of [0, 10, 20, 30, 40])
      await its.ledger.accept(dispatch.id, recipients(10, { from }), START);
    const sent: string[] = [];
    await workOff(sent);
    expect(fake.journal().filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(0);
    // What was lost is found when the lane is looked through, what was late comes after all.
    await clock.advance(HOUR);
    await workOff(sent);
    await fake.release();
    await workOff(sent);
    expect(sent.sort()).toEqual(addresses(50));
    expect((await its.dispatches.stats(dispatch.id))?.counts).toMatchObject({ accepted: 50, pending: 0 });
    expect(await hear()).toBe(0);
  });

  it('hides what is claimed from others, and brings it again should its worker die', async () => {
    const dispatch = await opened();
    await its.ledger.accept(dispatch.id, recipients(5), START);
    expect(await hear()).toBe(1);
    const { claims } = await lanes.claim('bulk', 20, LEASE, START);
    expect(claims).toMatchObject([{ receives: 1 }]);
    expect(await hear()).toBe(0);
    await clock.advance(HOUR);
    const again = (await lanes.claim('bulk', 20, LEASE, START + LEASE)).claims;
    expect(again).toMatchObject([{ parcel: claims[0]?.parcel, receives: 2 }]);
  });

  it('accepts though the queue is away: the lane is looked through', async () => {
    const dispatch = await opened();
    const away = { ...signals, send: () => Promise.reject(new Error('SQS is away')) };
    const lonely = aProcess(dynamo, { signals: away as unknown as SqsLaneSignals });
    expect(await lonely.ledger.accept(dispatch.id, recipients(10), START)).toEqual({ added: 10 });
    await clock.advance(HOUR);
    const sent: string[] = [];
    await workOff(sent);
    expect(sent.sort()).toEqual(addresses(10));
  });

  it('hears of work in another process while it waits, and stops when it is told to', async () => {
    const dispatch = await opened();
    const woken = new Promise<void>((resolve) => void lanes.onWork(resolve));
    lanes.listen(['bulk']);
    const elsewhere = aProcess(dynamo, { signals });
    await elsewhere.ledger.accept(dispatch.id, recipients(10), START);
    await woken;
    const { claims } = await lanes.claim('bulk', 1, LEASE, START);
    expect(claims).toMatchObject([{ dispatchId: dispatch.id }]);
    await lanes.stop();
  });
});
