import { describe, expect, it } from '@jest/globals';
import { describeWebhookDeliveriesContract } from '#ports/webhooks/webhook-deliveries.contract.js';
import { describeWebhookEndpointsContract } from '#ports/webhooks/webhook-endpoints.contract.js';
import {
  aClaimRequest,
  aMessage,
  anEndpoint,
  answered,
  aSettlement,
  START,
  type WebhookStores,
} from '#ports/webhooks/testing/webhook-stores.js';
import { readQueries } from '../engine/queries.js';
import { storageOver } from '../engine/sqlite-engine.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteWebhookDeliveries, SqliteWebhookEndpoints } from './sqlite-webhooks.js';

const folder = OneFolder.forThisFile();

function open(): Promise<WebhookStores & { readonly deliveries: SqliteWebhookDeliveries }> {
  const storage = folder.emptied();
  return Promise.resolve({
    endpoints: new SqliteWebhookEndpoints(storage),
    deliveries: new SqliteWebhookDeliveries(storage),
    close: () => Promise.resolve(),
  });
}

describeWebhookEndpointsContract('SqliteWebhookEndpoints', open);
describeWebhookDeliveriesContract('SqliteWebhookDeliveries', open);

describe('whoever posts webhooks', () => {
  it.each(['enqueue', 'replay', 'replaySince'] as const)(
    'is woken by %s in another thread of this process, and not by what wakes others',
    async (how) => {
      const { endpoints, deliveries } = await open();
      const endpoint = anEndpoint('a');
      const message = aMessage('1');
      await endpoints.insert(endpoint);
      const { workspaceId } = endpoint;
      if (how !== 'enqueue') {
        await deliveries.enqueue(message, START);
        const [claim] = (await deliveries.claim(aClaimRequest(START))).claims;
        if (!claim) throw new Error('There is nothing to claim.');
        await deliveries.settle(claim, aSettlement(claim, answered(200), START));
      }
      const other = new SqliteWebhookDeliveries(storageOver(folder.engine.connect()));
      let woken = 0;
      const heard = new Promise<void>((resolve) => {
        const stop = other.onWork(() => {
          woken += 1;
          stop();
          resolve();
        });
      });
      if (how === 'enqueue') await deliveries.enqueue(message, START);
      if (how === 'replay') await deliveries.replay(workspaceId, endpoint.id, message.id, START);
      if (how === 'replaySince')
        await deliveries.replaySince(workspaceId, endpoint.id, START - 1_000, { limit: 10 }, START);
      await heard;
      expect(woken).toBe(1);
    },
  );
});

describe('webhooks in SQLite', () => {
  it('frees what a dead process had claimed', async () => {
    const its = await open();
    await its.endpoints.insert(anEndpoint('a'));
    await its.deliveries.enqueue(aMessage('1'), START);
    const [lost] = (await its.deliveries.claim(aClaimRequest(START))).claims;
    await its.deliveries.releaseAll(START + 1);
    const [again] = (await its.deliveries.claim(aClaimRequest(START + 1))).claims;
    expect(again?.message).toEqual(lost?.message);
    expect(again?.fence).toBeGreaterThan(lost?.fence ?? Infinity);
  });

  it.each([
    'waiting',
    'due',
    'refreshNext',
    'pageOfAttempts',
    'pageOfEndpoints',
    'messagesSince',
    'messagesBefore',
  ])('runs %s by indexes, in their order: what it costs does not grow with the tables', (query) => {
    const sql = readQueries(new URL('./webhooks.sql', import.meta.url)).get(query) ?? '';
    const plan = folder.onTheFile(
      (db) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[],
    );
    const steps = plan.map(({ detail }) => detail);
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.filter((step) => /TEMP B-TREE|^SCAN (?!.*INDEX)/.test(step))).toEqual([]);
  });
});
