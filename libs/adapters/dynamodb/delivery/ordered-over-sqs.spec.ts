import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sms } from '#adapters/channels/sms-channel.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { MemoryProfiles } from '#adapters/memory/communication/memory-profiles.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { OneSqs } from '#adapters/sqs/testing/one-sqs.js';
import { parseLegDispatchId } from '#domain/communication/application/notification-dispatch.js';
import { moveOver } from '#domain/communication/testing/moving.js';
import { DeliveryService } from '#domain/delivery/application/delivery-service.js';
import { aNotification, aType } from '#ports/communication/testing/communication-stores.js';
import type { Claim } from '#ports/delivery/lanes.js';
import { acme, LEASE, START } from '#ports/delivery/testing/delivery-stores.js';
import { accepted } from '#ports/delivery/testing/worker.js';
import type { SqsFault } from '#test/fakes/sqs/fake-sqs.js';
import { DynamoNotifications } from '../communication/dynamo-notifications.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoSuppressions } from './dynamo-suppressions.js';
import { SignalledLanes } from './signalled-lanes.js';
import { aProcess } from './testing/processes.js';

const HOUR = 3_600_000;
const KEYS = ['order-11', 'order-12', 'order-13'] as const;
const OF_EACH = 4;
const dynamo = OneDynamo.forThisFile();
const sqs = OneSqs.forThisFile();

const signalsOf = (prefix: string): SqsLaneSignals =>
  new SqsLaneSignals({ client: sqs.client, prefix, waitSeconds: 0 });

/** A worker as a process of its own has it, which routes notifications and delivers their legs. */
class Worker {
  readonly #its;
  readonly #lanes: SignalledLanes;
  readonly #signals: SqsLaneSignals;
  readonly #notifications: DynamoNotifications;
  readonly #move;

  constructor(prefix: string, clock: DrivenClock, types: MemoryNotificationTypes) {
    this.#signals = signalsOf(prefix);
    this.#its = aProcess(dynamo, { signals: this.#signals });
    const { table, dispatches, ledger, lanes, outbox } = this.#its;
    const { log } = { log: new MemoryLog() };
    this.#lanes = new SignalledLanes(
      { lanes, table, signals: this.#signals, clock, log },
      { sweepEveryMs: HOUR },
    );
    const notifications = new DynamoNotifications(table, outbox, clock);
    const links = { base: '', unsubscribe: () => '', preferences: () => '', assets: () => '' };
    const suppressions = new DynamoSuppressions(table);
    const delivery = new DeliveryService(dispatches, ledger, suppressions, links, clock, new CountingIds());
    const profiles = new MemoryProfiles();
    this.#notifications = notifications;
    this.#move = moveOver({ clock, notifications, types, profiles, delivery }, [sms]);
  }

  get notifications(): DynamoNotifications {
    return this.#notifications;
  }

  async route(now: number): Promise<void> {
    for (const one of await this.#notifications.due('standard', 100, now)) await this.#move.whenDue(one);
  }

  async claim(now: number): Promise<readonly Claim[]> {
    this.#lanes.heard('standard', await this.#signals.receive('standard', 10, LEASE));
    return (await this.#lanes.claim('standard', 20, LEASE, now)).claims;
  }

  /** @returns the notification that it was, if it went out */
  async deliver(claim: Claim, now: number): Promise<string | undefined> {
    const loaded = await this.#its.ledger.load(claim);
    const call = { claim, key: `call_${claim.parcel}_${claim.fence}`, provider: 'twilio', now };
    const ordinals = (loaded?.members ?? []).map(({ ordinal }) => ordinal);
    const answer = await this.#its.ledger.openIntent({ ...call, ordinals, unsendable: [] });
    const verdicts = ordinals.map((ordinal) => ({ ordinal, verdict: accepted }));
    if (answer.kind === 'opened' && verdicts.length > 0) await this.#its.ledger.settle({ ...call, verdicts });
    await this.#lanes.finish(claim, [], now);
    return answer.kind === 'opened' ? parseLegDispatchId(loaded!.dispatch.id)?.id : undefined;
  }

  /** Tells everything twice: it crosses off only what it has told before. */
  async relay(): Promise<void> {
    const untold = await this.#its.outbox.untold(1_000);
    for (const { event } of [...untold, ...untold]) {
      if (event.type !== 'dispatch.completed') continue;
      const leg = parseLegDispatchId(event.dispatchId);
      if (leg) await this.#move.follow(acme, leg.id, 'sms');
    }
    await this.#its.outbox.told(untold.map(({ seq }) => seq));
  }
}

describe('Notifications of one ordering key, over queues that keep no order', () => {
  const faults: readonly SqsFault[] = ['duplicated', 'reordered', 'delayed', 'lost'];

  it('go out one by one in the order of acceptance, whichever of two workers has them', async () => {
    const { fake } = sqs;
    if (!fake) return;
    await dynamo.fresh();
    const prefix = `ordered-${randomUUID()}`;
    await signalsOf(prefix).createQueues();
    const clock = new DrivenClock(START);
    const types = new MemoryNotificationTypes();
    await types.insert(aType({ channels: ['sms'], templates: { sms: { default: 'tpl_s' } } }));
    const workers = [new Worker(prefix, clock, types), new Worker(prefix, clock, types)] as const;
    const keyOf = new Map<string, string>();
    const expected = new Map<string, string[]>();
    for (let n = 0; n < OF_EACH; n++)
      for (const orderingKey of KEYS) {
        const one = aNotification({ orderingKey, to: { addresses: { phone: '+491701234567' } } });
        await workers[n % 2]!.notifications.accept([one]);
        keyOf.set(one.order.id, orderingKey);
        expected.set(orderingKey, [...(expected.get(orderingKey) ?? []), one.order.id]);
      }
    for (let n = 0; n < OF_EACH; n++) for (const fault of faults) fake.plan(fault);

    const sent: string[] = [];
    for (let round = 0; sent.length < KEYS.length * OF_EACH && round < 100; round++) {
      const now = clock.now();
      // Both take up what is due, and both have claimed before either delivers: the second first.
      await Promise.all(workers.map((worker) => worker.route(now)));
      const claims = [];
      for (const worker of workers)
        claims.push(...(await worker.claim(now)).map((claim) => ({ worker, claim })));
      const went = [];
      for (const { worker, claim } of claims.reverse()) went.push((await worker.deliver(claim, now)) ?? '');
      const out = went.filter((id) => id !== '');
      // Never two of a key in the lane: nothing that a queue could put in order.
      expect(new Set(out.map((id) => keyOf.get(id))).size).toBe(out.length);
      sent.push(...out);
      await Promise.all(workers.map((worker) => worker.relay()));
      // What was lost is found by looking; what was held comes when others have overtaken it.
      if (claims.length === 0) await clock.advance(HOUR);
      if (round % 3 === 2) await fake.release();
    }
    const met = fake.journal().flatMap(({ fault }) => fault ?? []);
    expect(new Set(met)).toEqual(new Set(faults));
    for (const [key, ids] of expected) expect(sent.filter((id) => keyOf.get(id) === key)).toEqual(ids);
    expect(sent).toHaveLength(KEYS.length * OF_EACH);
  });
});
