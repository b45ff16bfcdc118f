import { describe, expect, it } from '@jest/globals';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import { describeDeliveriesContract } from '#ports/delivery/deliveries.contract.js';
import { describeFailedMessagesContract } from '#ports/delivery/failed-messages.contract.js';
import { acme, aDispatch, START, toldOf } from '#ports/delivery/testing/delivery-stores.js';
import { claimAll, countsOf, dead, deliverAll } from '#ports/delivery/testing/worker.js';
import { OneDynamo } from '../testing/one-table.js';
import { deliveryIn, deliveryOnTable } from './testing/delivery-on-dynamo.js';

const dynamo = OneDynamo.forThisFile();
const open = deliveryIn(dynamo);

describeDeliveriesContract('DynamoDeliveries', open);
describeFailedMessagesContract('DynamoFailedMessages', open, 100);

describe('dead messages of a completed dispatch', () => {
  it('open it again in the same step as they are retried, told once, though the answer was lost', async () => {
    const its = await open();
    const dispatch = await aDispatch().openedIn(its);
    const [ordinal = 0] = await deliverAll(its, dispatch, 1, dead);
    await its.dispatches.seal(dispatch.id);
    expect(await toldOf(its, dispatch)).toEqual(['dispatch.completed']);
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    const other = deliveryOnTable(dynamo);
    const id = deliveryId(dispatch.id, ordinal);
    const both = await Promise.all(
      [its, other].map(({ failedMessages }) => failedMessages.retryOne(acme, id, START)),
    );
    expect([...both].sort()).toEqual(['not_dead', 'retried']);
    expect(await toldOf(its, dispatch)).toEqual(['dispatch.completed', 'dispatch.reopened']);
    expect(await countsOf(its, dispatch)).toEqual({ pending: 1 });
    expect(await claimAll(its, START)).toHaveLength(1);
  });
});
