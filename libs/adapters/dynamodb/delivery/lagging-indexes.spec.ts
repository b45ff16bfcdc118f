import { beforeEach, describe, expect, it } from '@jest/globals';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import {
  acme,
  aDispatch,
  aSuppression,
  HOUR,
  LEASE,
  recipients,
  START,
} from '#ports/delivery/testing/delivery-stores.js';
import type { ReportStores } from '#ports/delivery/testing/reporting.js';
import { claimAll, claimOne, countsOf, dead, deliverAll } from '#ports/delivery/testing/worker.js';
import { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { OneDynamo } from '../testing/one-table.js';
import { DispatchRecords } from './dispatch-records.js';
import { DynamoFailedMessages } from './dynamo-failed-messages.js';
import { DynamoLanes } from './dynamo-lanes.js';
import { DynamoSuppressions } from './dynamo-suppressions.js';
import { Parcels } from './parcels.js';
import { deliveryOnTable } from './testing/delivery-on-dynamo.js';

const dynamo = OneDynamo.forThisFile();

/** What each list over an index says while that is behind: too little or what is over, and nobody acts on it. */
describe('delivery, while the indexes are behind', () => {
  let its: ReportStores;
  beforeEach(async () => {
    await dynamo.fresh();
    its = deliveryOnTable(dynamo);
    const table = dynamo.table();
    const ids = new CountingIds();
    const outbox = new DynamoOutbox(table, new CryptoRandomness());
    const records = new DispatchRecords(table, outbox);
    const tools = { table, outbox, ids, records, parcels: new Parcels(table, ids) };
    behind = {
      lanes: new DynamoLanes(tools),
      failedMessages: new DynamoFailedMessages(tools),
      suppressions: new DynamoSuppressions(table),
    };
  });
  /** Stores of another process, which nobody catches up. */
  let behind: Pick<ReportStores, 'lanes' | 'failedMessages' | 'suppressions'>;

  it('finds a parcel later, and one that was claimed is not to be had again', async () => {
    const dispatch = await aDispatch().openedIn(its);
    await its.ledger.accept(dispatch.id, recipients(3), START);
    const asked = () => behind.lanes.claim('bulk', 10, LEASE, START);
    expect((await asked()).claims).toEqual([]);
    dynamo.catchUp();
    const { claims } = await asked();
    expect(claims).toHaveLength(1);
    // It still shows the parcel as due.
    expect((await asked()).claims).toEqual([]);
    await behind.lanes.finish(claims[0]!, [], START);
    expect((await asked()).claims).toEqual([]);
  });

  it('brings what is put back of a cancelled dispatch at once, without looking it up', async () => {
    const dispatch = await aDispatch().openedIn(its);
    await its.ledger.accept(dispatch.id, recipients(1), START);
    const claim = await claimOne(its, START);
    await its.dispatches.control(dispatch.id, 'cancelled', 1);
    await behind.lanes.putBack(claim, START + HOUR, START);
    expect(await claimAll(its, START)).toHaveLength(1);
  });

  it('retries a dead one once, though it is listed as dead still', async () => {
    const dispatch = await aDispatch().openedIn(its);
    await deliverAll(its, dispatch, 2, dead);
    dynamo.catchUp();
    const retry = () => behind.failedMessages.retry(acme, {}, 10, START);
    expect([await retry(), await retry()]).toEqual([{ retried: 2 }, { retried: 0 }]);
    expect((await behind.failedMessages.page(acme, {}, { limit: 5 })).data).toHaveLength(2);
    expect(await countsOf(its, dispatch)).toEqual({ pending: 2 });
  });

  it('shows suppressions of the workspace late, and those of an address at once', async () => {
    const page = async (address?: string) =>
      (await behind.suppressions.page(acme, address, { limit: 5 })).data;
    const one = await its.suppressions.add(aSuppression('a@example.com'));
    expect([await page(), await page('a@example.com')]).toEqual([[], [one]]);
    dynamo.catchUp();
    await its.suppressions.remove(acme, one.id);
    expect([await page(), await page('a@example.com')]).toEqual([[one], []]);
    expect(await behind.suppressions.remove(acme, one.id)).toBe(false);
  });
});
