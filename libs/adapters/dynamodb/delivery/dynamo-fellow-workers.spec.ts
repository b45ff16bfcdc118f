import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { Fellowship } from '#domain/delivery/application/fellowship.js';
import { describeFellowWorkersContract } from '#ports/delivery/fellow-workers.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { until } from '#test/support/until.js';
import { key } from '../engine/keys.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoFellowWorkers } from './dynamo-fellow-workers.js';

const LONG = 600_000;
const LEASES = key('FELLOWS');
const dynamo = OneDynamo.forThisFile();
beforeEach(() => dynamo.fresh());

describeFellowWorkersContract('DynamoFellowWorkers', () => {
  const clock = new DrivenClock(START);
  const register = (): DynamoFellowWorkers => new DynamoFellowWorkers(dynamo.table(), clock);
  return { one: register(), other: register(), pass: (ms) => clock.advance(ms) };
});

describe('DynamoFellowWorkers', () => {
  const names = (fellows: readonly { readonly name: string }[]): string[] =>
    fellows.map(({ name }) => name).sort();
  const deletes = (): number =>
    (dynamo.fake?.journal() ?? []).filter(({ operation }) => operation === 'DeleteItem').length;

  it('shows one of two who enter at once the other', async () => {
    const clock = new DrivenClock(START);
    const views = await Promise.all(
      ['anna', 'ben'].map((name) =>
        new DynamoFellowWorkers(dynamo.table(), clock).hold(name, undefined, LONG),
      ),
    );
    expect(views.some((view) => names(view).join() === 'anna,ben')).toBe(true);
  });

  it('takes nothing from a later renewal when an earlier one comes late', async () => {
    const clock = new DrivenClock(START);
    const register = new DynamoFellowWorkers(dynamo.table(), clock);
    await register.hold('anna', undefined, 1_000);
    // Refused for now, it is asked again when its wait is over: behind the next.
    dynamo.fake?.plan({ operation: 'PutItem', how: 'ThrottlingException', times: 1 });
    const slow = new DrivenClock(START);
    const late = new DynamoFellowWorkers(dynamo.table(slow), clock).hold('anna', START, 1_000);
    await until(() => (slow.waiting > 0 ? true : undefined));
    await clock.advance(500);
    await register.hold('anna', START, 1_000);
    await slow.advance(60_000);
    await late;
    await clock.advance(700);
    expect(names(await register.hold('ben', undefined, LONG))).toEqual(['anna', 'ben']);
  });

  describe('among leases that have lapsed long ago', () => {
    const MANY = 2_050;
    const lapsedLong = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        put: { pk: LEASES, sk: `a${String(n).padStart(4, '0')}`, at: 0, since: 0, until: START - 60_000 },
      }));
    const leases = () => dynamo.table().list<{ sk: string }>({ pk: LEASES, limit: 9_999 });
    const left = async (): Promise<number> => (await leases()).length;
    /** A hold, and the end of all that it takes away. */
    const heldUntilLeft = async (hold: () => Promise<unknown>, count: number): Promise<void> => {
      await hold();
      await until(async () => ((await left()) === count ? true : undefined));
    };

    it('sees the living one behind more of them than a register has living ones', async () => {
      await dynamo.table().writeAll(lapsedLong(MANY));
      const clock = new DrivenClock(START);
      const register = new DynamoFellowWorkers(dynamo.table(), clock);
      await register.hold('zoe', undefined, LONG);
      expect(names(await register.hold('ben', undefined, LONG))).toEqual(['ben', 'zoe']);
    });

    it('takes them away, some with each look of the first of the living', async () => {
      await dynamo.table().writeAll(lapsedLong(60));
      const clock = new DrivenClock(START);
      const [zoe, ben] = ['zoe', 'ben'].map((name) => {
        const register = new DynamoFellowWorkers(dynamo.table(), clock);
        return () => register.hold(name, undefined, LONG);
      }) as [() => Promise<unknown>, () => Promise<unknown>];
      await heldUntilLeft(ben, 1 + 35);
      const before = deletes();
      for (let look = 0; look < 5; look++) await zoe();
      expect([await left(), deletes() - before]).toEqual([2 + 35, 0]);
      await heldUntilLeft(ben, 2 + 10);
      await heldUntilLeft(ben, 2);
    });

    it('says nothing of who is there while there are more than it looks through, and is soon past them', async () => {
      const clock = new DrivenClock(START);
      await new DynamoFellowWorkers(dynamo.table(), clock).hold('zoe', undefined, LONG);
      await dynamo.table().writeAll(lapsedLong(60));
      const register = new DynamoFellowWorkers(dynamo.table(), clock, 40);
      const refused = () =>
        expect(register.hold('ben', undefined, LONG)).rejects.toThrow('More than 40 leases');
      await heldUntilLeft(refused, 2 + 35);
      expect(names(await register.hold('ben', undefined, LONG))).toEqual(['ben', 'zoe']);
    });

    it('leaves one alone for a minute after its end, for the clock of whoever holds it may be behind', async () => {
      const clock = new DrivenClock(START);
      const register = new DynamoFellowWorkers(dynamo.table(), clock);
      await register.hold('anna', undefined, 1_000);
      await clock.advance(60_999);
      await dynamo.table().writeAll(lapsedLong(1));
      await heldUntilLeft(() => register.hold('aaron', undefined, LONG), 2);
      await clock.advance(1);
      await heldUntilLeft(() => register.hold('aaron', undefined, LONG), 1);
    });

    it('takes none that is renewed while it is being taken', async () => {
      const clock = new DrivenClock(START);
      await new DynamoFellowWorkers(dynamo.table(), clock).hold('zoe', undefined, 1_000);
      await clock.advance(LONG);
      dynamo.fake?.plan({ operation: 'DeleteItem', how: 'ThrottlingException', times: 1 });
      const slow = new DrivenClock(START);
      await new DynamoFellowWorkers(dynamo.table(slow), clock).hold('ben', undefined, LONG);
      await until(() => (slow.waiting > 0 ? true : undefined));
      const register = new DynamoFellowWorkers(dynamo.table(), clock);
      await register.hold('zoe', undefined, LONG);
      const asked = deletes();
      await slow.advance(60_000);
      await until(() => (deletes() > asked ? true : undefined));
      expect(names(await register.hold('ben', undefined, LONG))).toEqual(['ben', 'zoe']);
    });
  });

  it('gives the whole share to the function that is alone, and half of it to each of two', async () => {
    const clock = new DrivenClock(START);
    const lease = { leaseMs: LONG, remembers: true };
    const [anna, ben] = ['anna', 'ben'].map(
      (name) => new Fellowship(new DynamoFellowWorkers(dynamo.table(), clock), clock, name, lease),
    ) as [Fellowship, Fellowship];
    await anna.come();
    expect(anna.share()).toEqual({ rank: 0, of: 1 });
    await ben.come();
    expect(ben.share()).toBeUndefined();
    const made = new Promise<void>((resolve) => void anna.onChanged(resolve));
    await clock.advance(LONG / 5);
    await made;
    expect([anna.share(), ben.share()]).toEqual([{ rank: 0, of: 2 }, undefined]);
    anna.rest();
    ben.rest();
  });
});
