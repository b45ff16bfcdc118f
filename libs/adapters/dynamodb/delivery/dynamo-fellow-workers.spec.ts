import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { Fellowship } from '#domain/delivery/application/fellowship.js';
import { describeFellowWorkersContract } from '#ports/delivery/fellow-workers.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { until } from '#test/support/until.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoFellowWorkers } from './dynamo-fellow-workers.js';

const LONG = 600_000;
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
