import { describe, expect, it } from '@jest/globals';
import { describeTimersContract } from '#ports/events/timers.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoTimers } from './dynamo-timers.js';

const dynamo = OneDynamo.forThisFile();

describeTimersContract('DynamoTimers', async () => ({
  timers: new DynamoTimers(await dynamo.fresh()),
  close: () => Promise.resolve(),
}));

describe('DynamoTimers', () => {
  it('rings once for a timer that many processes set at once, at one of their times', async () => {
    const tables = [await dynamo.fresh(), dynamo.table(), dynamo.table()];
    await Promise.all(
      tables.map((table, i) => new DynamoTimers(table).set({ kind: 'k', key: 'a', at: 1000 + i })),
    );
    const timers = new DynamoTimers(dynamo.table());
    const due = await timers.due(9999, 10);
    expect(due).toHaveLength(1);
    await timers.cancel('k', 'a');
    expect(await timers.next()).toBeUndefined();
  });

  it('has neither two nor none of a timer whose setting was not answered', async () => {
    const timers = new DynamoTimers(await dynamo.fresh());
    await timers.set({ kind: 'k', key: 'a', at: 1000 });
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 2 });
    await timers.set({ kind: 'k', key: 'a', at: 2000 });
    expect(await timers.due(9999, 10)).toEqual([{ kind: 'k', key: 'a', at: 2000 }]);
  });

  it('answers the earliest of all, wherever they lie', async () => {
    const timers = new DynamoTimers(await dynamo.fresh());
    const times = [...Array(40).keys()].map((n) => (n * 17) % 40);
    await Promise.all(times.map((at) => timers.set({ kind: 'k', key: `key ${at}`, at })));
    expect((await timers.due(30, 20)).map(({ at }) => at)).toEqual([...Array(20).keys()]);
    expect(await timers.due(30, 100)).toHaveLength(31);
  });
});
