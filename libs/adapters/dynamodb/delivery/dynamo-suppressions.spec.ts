import { describe, expect, it } from '@jest/globals';
import { describeSuppressionsContract } from '#ports/delivery/suppressions.contract.js';
import { acme, aSuppression } from '#ports/delivery/testing/delivery-stores.js';
import { OneDynamo } from '../testing/one-table.js';
import { deliveryIn } from './testing/delivery-on-dynamo.js';

const dynamo = OneDynamo.forThisFile();
const open = deliveryIn(dynamo);

describeSuppressionsContract('DynamoSuppressions', open);

describe('suppressions whose answers are lost', () => {
  it('are added and removed once, and leave nothing behind', async () => {
    const { suppressions } = await open();
    const one = aSuppression('a@example.com');
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await suppressions.add(one)).toEqual(one);
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await suppressions.remove(acme, one.id)).toBe(true);
    expect((await dynamo.fake?.scan(dynamo.name)) ?? []).toEqual([]);
  });

  it('keep one scope while the other is lifted at the same moment as it is put there', async () => {
    const { suppressions } = await open();
    const marketing = await suppressions.add(aSuppression('a@example.com', { scope: 'marketing' }));
    const all = aSuppression('a@example.com', { scope: 'all' });
    await Promise.all([suppressions.remove(acme, marketing.id), suppressions.add(all)]);
    expect((await suppressions.page(acme, 'a@example.com', { limit: 10 })).data).toEqual([all]);
  });
});
