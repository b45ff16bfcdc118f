import { describe, expect, it } from '@jest/globals';
import { describeDeliveriesContract } from '#ports/delivery/deliveries.contract.js';
import { describeDispatchesContract } from '#ports/delivery/dispatches.contract.js';
import { describeFailedMessagesContract } from '#ports/delivery/failed-messages.contract.js';
import { describeLanesContract } from '#ports/delivery/lanes.contract.js';
import { describeLedgerContract } from '#ports/delivery/ledger.contract.js';
import { describeSuppressionsContract } from '#ports/delivery/suppressions.contract.js';
import {
  aDispatch,
  type DeliveryStores,
  recipients,
  START,
} from '#ports/delivery/testing/delivery-stores.js';
import { submit, takeUp } from '#ports/delivery/testing/worker.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { CountingIds } from '../system/counting-ids.js';
import { DrivenClock } from '../system/driven-clock.js';
import { MemoryDeliveries } from './memory-deliveries.js';
import { MemoryDeliveryBackbone } from './memory-delivery-backbone.js';
import { MemoryDispatches } from './memory-dispatches.js';
import { MemoryFailedMessages } from './memory-failed-messages.js';
import { MemoryLanes } from './memory-lanes.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemorySuppressions } from './memory-suppressions.js';

async function open(): Promise<DeliveryStores> {
  const outbox = new MemoryOutbox();
  const backbone = new MemoryDeliveryBackbone(outbox, new CountingIds(), new DrivenClock(START));
  return {
    dispatches: new MemoryDispatches(backbone),
    ledger: new MemoryLedger(backbone),
    lanes: new MemoryLanes(backbone),
    deliveries: new MemoryDeliveries(backbone),
    failedMessages: new MemoryFailedMessages(backbone),
    suppressions: new MemorySuppressions(backbone),
    untold: async () => (await outbox.untold(Infinity)).map(({ event }) => event),
    close: async () => {},
  };
}

describeDispatchesContract('MemoryDispatches', open);
describeLanesContract('MemoryLanes', open);
describeLedgerContract('MemoryLedger', open, 100);
describeDeliveriesContract('MemoryDeliveries', open);
describeFailedMessagesContract('MemoryFailedMessages', open);
describeSuppressionsContract('MemorySuppressions', open);

describe('The delivery backbone in memory', () => {
  it('wakes whoever listens for work when recipients, leftovers or a resumed dispatch bring some', async () => {
    const stores = await open();
    let woken = 0;
    stores.lanes.onWork(() => {
      woken += 1;
    });
    const dispatch = await aDispatch().openedIn(stores);
    const { claim } = await takeUp(stores, dispatch, 2);
    expect(woken).toBe(1);
    await stores.lanes.finish(claim, [{ members: [[0, 1]], dueAt: START }], START);
    expect(woken).toBe(2);
    await stores.dispatches.control(dispatch.id, 'halted', 1);
    expect(woken).toBe(2);
    await stores.dispatches.control(dispatch.id, 'open', 2);
    expect(woken).toBe(3);
  });

  it('shows a mistake of the worker instead of forgetting a call: no finishing with an open intent', async () => {
    const stores = await open();
    const { claim, ordinals } = await takeUp(stores, await aDispatch().openedIn(stores), 2);
    await submit(stores, claim, ordinals);
    await expect(stores.lanes.finish(claim, [], START)).rejects.toThrow('open intent');
    expect((await stores.ledger.load(claim))?.orphans).toHaveLength(1);
  });

  it('accepts nobody for a dispatch that nobody has opened', async () => {
    const stores = await open();
    const { id } = aDispatch().build();
    await expect(stores.ledger.accept(id, recipients(1), START)).rejects.toMatchObject({ code: 'not_found' });
  });
});
