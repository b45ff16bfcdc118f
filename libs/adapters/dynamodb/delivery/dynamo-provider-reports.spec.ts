import { describe, expect, it } from '@jest/globals';
import { describeProviderReportsContract } from '#ports/delivery/provider-reports.contract.js';
import { aDispatch, rival } from '#ports/delivery/testing/delivery-stores.js';
import { aReport, everySuppression, report, told } from '#ports/delivery/testing/reporting.js';
import { accepted, countsOf, deliverAll } from '#ports/delivery/testing/worker.js';
import { OneDynamo } from '../testing/one-table.js';
import { deliveryIn, deliveryOnTable } from './testing/delivery-on-dynamo.js';

const dynamo = OneDynamo.forThisFile();
const open = deliveryIn(dynamo);

describeProviderReportsContract('DynamoProviderReports', open, { runs: 4, many: 100 });

const NUMBER = '+4915112345678';

describe('reports to several processes over one table', () => {
  it('are applied once, counted once and told once, whoever gets them and whatever answer is lost', async () => {
    const its = await open();
    const other = deliveryOnTable(dynamo);
    const dispatch = await aDispatch().openedIn(its);
    await deliverAll(its, dispatch, 12, accepted);
    const events = Array.from({ length: 12 }, (_, at) => aReport(dispatch, at, 'complained'));
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    const [one, two] = await Promise.all([report(its, events), report(other, [...events].reverse())]);
    expect([one.applied + two.applied, one.repeated + two.repeated]).toEqual([12, 12]);
    expect(await countsOf(its, dispatch)).toEqual({ complained: 12 });
    expect(await told(its)).toHaveLength(12);
    expect(await everySuppression(its)).toHaveLength(12);
  });

  it('finish a wish for all workspaces that one of them had begun and died of', async () => {
    const its = await open();
    for (const workspace of [aDispatch(), aDispatch().inWorkspace(rival)])
      await deliverAll(its, await workspace.openedIn(its), 1, accepted);
    const stop = { key: 'stop', provider: 'twilio', kind: 'opted_out', at: 1, address: NUMBER } as const;
    dynamo.fake?.plan({
      operation: 'TransactWriteItems',
      how: 'ProvisionedThroughputExceededException',
      times: 17,
    });
    await expect(report(its, stop)).rejects.toThrow('cannot take this now');
    const other = deliveryOnTable(dynamo);
    expect(await report(other, stop)).toMatchObject({ applied: 1 });
    expect(await report(its, stop)).toMatchObject({ repeated: 1 });
    expect(await everySuppression(its)).toMatchObject([{ address: NUMBER, reason: 'opt_out' }]);
    expect(await everySuppression(its, rival)).toMatchObject([{ address: NUMBER, reason: 'opt_out' }]);
  });
});
