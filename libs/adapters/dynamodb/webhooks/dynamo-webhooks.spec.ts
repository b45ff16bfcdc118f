import { describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import type { WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import { describeWebhookDeliveriesContract } from '#ports/webhooks/webhook-deliveries.contract.js';
import { describeWebhookEndpointsContract } from '#ports/webhooks/webhook-endpoints.contract.js';
import {
  acme,
  aClaimRequest,
  aMessage,
  anEndpoint,
  answered,
  aSettlement,
  START,
} from '#ports/webhooks/testing/webhook-stores.js';
import type { WebhookClaim } from '#ports/webhooks/webhook-deliveries.js';
import type { Range } from '../engine/dynamo-table.js';
import { to } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoWebhookDeliveries } from './dynamo-webhook-deliveries.js';
import { DynamoWebhookEndpoints } from './dynamo-webhook-endpoints.js';
import { SPREAD } from './webhook-items.js';

const dynamo = OneDynamo.forThisFile();

const onTable = () => {
  const table = dynamo.table();
  return {
    table,
    endpoints: new DynamoWebhookEndpoints(table),
    deliveries: dynamo.caughtUpFor(
      new DynamoWebhookDeliveries(table, new CryptoRandomness()),
      'claim',
      'purge',
    ),
    close: () => Promise.resolve(),
  };
};
const open = async () => {
  await dynamo.fresh();
  return onTable();
};

describeWebhookEndpointsContract('DynamoWebhookEndpoints', open);
describeWebhookDeliveriesContract('DynamoWebhookDeliveries', open);

const a = anEndpoint('a').id;
const only = (claims: readonly WebhookClaim[]): WebhookClaim => {
  const [one, ...more] = claims;
  if (!one || more.length > 0) throw new Error(`expected one claim, got ${claims.length}`);
  return one;
};

describe('webhooks of several processes over one table', () => {
  it('gives each delivery to one of them, and settles it for the other', async () => {
    const one = await open();
    const other = onTable();
    await one.endpoints.insert(anEndpoint('a'));
    for (let n = 0; n < 12; n++) await one.deliveries.enqueue(aMessage(`${n}`), START);
    const both = await Promise.all(
      [one, other].map(({ deliveries }) => deliveries.claim(aClaimRequest(START))),
    );
    const ids = both.flatMap(({ claims }) => claims.map(({ message }) => message.id));
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
    for (const { claims } of both)
      for (const claim of claims)
        expect(await one.deliveries.settle(claim, aSettlement(claim, answered(200), START))).toBe('settled');
    const { data } = await other.deliveries.attempts(acme, a, { limit: 200 });
    expect(data).toHaveLength(12);
  });

  it('finds what was enqueued while another looked, though that one saw nothing and would write so down', async () => {
    const one = await open();
    const other = onTable();
    await one.endpoints.insert(anEndpoint('a'));
    await one.deliveries.enqueue(aMessage('first'), START);
    const first = only((await one.deliveries.claim(aClaimRequest(START))).claims);
    await one.deliveries.settle(first, aSettlement(first, answered(200), START));
    const later = START + 60_000;
    const { query } = one.table;
    let unread = SPREAD;
    one.table.query = (async (range: Range) => {
      const page = await query.call(one.table, range);
      const isLast = range.pk.startsWith('WHQ#') && (unread -= 1) === 0;
      if (isLast) await other.deliveries.enqueue(aMessage('second'), later);
      return page;
    }) as typeof query;
    expect((await one.deliveries.claim(aClaimRequest(later))).claims).toEqual([]);
    // A third, who knows nothing of what the two have remembered.
    const again = await onTable().deliveries.claim(aClaimRequest(later));
    expect(again.claims.map(({ message }) => message.id)).toEqual(['evt_second']);
  });

  it('remembers the first failure of many that are settled at once, and disables once', async () => {
    const one = await open();
    const other = onTable();
    await one.endpoints.insert(anEndpoint('a'));
    for (let n = 0; n < 6; n++) await one.deliveries.enqueue(aMessage(`${n}`), START);
    const { claims } = await one.deliveries.claim(aClaimRequest(START));
    const results = await Promise.all(
      claims.map((claim, n) =>
        (n % 2 ? one : other).deliveries.settle(claim, aSettlement(claim, answered(410), START + n)),
      ),
    );
    expect(results.filter((result) => result === 'disabled')).toHaveLength(1);
    expect(results.filter((result) => result === 'settled')).toHaveLength(5);
    expect(await other.endpoints.find(acme, a)).toMatchObject({ status: { reason: 'gone_410' } });
    expect(await other.deliveries.isWanted(acme, 'message.delivered')).toBe(true);
    expect(await other.deliveries.enqueue(aMessage('late'), START)).toEqual({ deliveries: 0 });
  });

  it('keeps of many endpoints made at once as many as one transaction can tell', async () => {
    const its = await open();
    for (const each of ['e0', 'e1']) await its.endpoints.insert(anEndpoint(each));
    // Where they are counted.
    const board = { pk: key('WHB', acme, 0), sk: 'BOARD' };
    expect(await its.table.get(board)).toMatchObject({ endpoints: 2 });
    await its.table.update(board, to`SET #endpoints = ${89}`);
    const made = await Promise.allSettled(
      ['e2', 'e3', 'e4'].map((each) => its.endpoints.insert(anEndpoint(each))),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await its.deliveries.enqueue(aMessage('1'), START)).toEqual({ deliveries: 3 });
    await its.endpoints.remove(acme, anEndpoint('e0').id);
    expect(await its.endpoints.insert(anEndpoint('e0'))).toBe('inserted');
  });
});

const lost = (operation: string) => dynamo.fake?.plan({ operation, how: 'lost', times: 1 });

describe('webhooks whose answers are lost', () => {
  it('are claimed by who asked, not left to a lease that nobody holds', async () => {
    const its = await open();
    await its.endpoints.insert(anEndpoint('a'));
    await its.deliveries.enqueue(aMessage('1'), START);
    // The turn, the lease and the rest: of each of them the first answer.
    const { update } = its.table;
    its.table.update = ((...asked: Parameters<typeof update>) => {
      lost('UpdateItem');
      return update.apply(its.table, asked);
    }) as typeof update;
    expect((await its.deliveries.claim(aClaimRequest(START))).claims).toHaveLength(1);
  });

  it('are settled once, and said to be', async () => {
    const its = await open();
    await its.endpoints.insert(anEndpoint('a'));
    await its.deliveries.enqueue(aMessage('1'), START);
    const claim = only((await its.deliveries.claim(aClaimRequest(START))).claims);
    lost('TransactWriteItems');
    expect(await its.deliveries.settle(claim, aSettlement(claim, answered(410), START))).toBe('disabled');
    expect((await its.deliveries.attempts(acme, a, { limit: 10 })).data).toHaveLength(1);
  });

  it('say that an endpoint was made, changed and removed, though they had to ask twice', async () => {
    const its = await open();
    const endpoint = anEndpoint('a');
    lost('TransactWriteItems');
    expect(await its.endpoints.insert(endpoint)).toBe('inserted');
    lost('TransactWriteItems');
    expect(await its.endpoints.replace(endpoint, { ...endpoint, events: ['x'] })).toBe('saved');
    lost('TransactWriteItems');
    expect(await its.endpoints.remove(acme, a)).toBe(true);
  });

  it('are taken from the list of those that wait when a dead process had enqueued them without listing', async () => {
    const its = await open();
    await its.endpoints.insert(anEndpoint('a'));
    // It died right after its transaction: the list of those that wait was not told.
    dynamo.fake?.plan({ operation: 'UpdateItem', how: 'ProvisionedThroughputExceededException', times: 9 });
    await expect(its.deliveries.enqueue(aMessage('1'), START)).rejects.toThrow('cannot take this now');
    expect((await onTable().deliveries.claim(aClaimRequest(START))).claims).toEqual([]);
    // Whoever tells the event again has nothing to add, and still sees to it.
    expect(await onTable().deliveries.enqueue(aMessage('1'), START)).toEqual({ deliveries: 0 });
    expect((await onTable().deliveries.claim(aClaimRequest(START))).claims).toHaveLength(1);
  });
});

describe('what an old message leaves', () => {
  it('is nothing: not its slots, deliveries and attempts, nor those of endpoints that are gone', async () => {
    const its = await open();
    for (const each of ['a', 'b', 'gone']) await its.endpoints.insert(anEndpoint(each));
    await its.deliveries.enqueue(aMessage('1'), START);
    await its.deliveries.enqueue(aMessage('2'), START);
    const { claims } = await its.deliveries.claim(aClaimRequest(START, { max: 4 }));
    for (const claim of claims.slice(0, 2))
      await its.deliveries.settle(claim, aSettlement(claim, answered(500), START));
    await its.deliveries.replay(acme, a, aMessage('1').id, START + 1);
    await its.endpoints.remove(acme, 'whe_gone' as WebhookEndpointId);
    expect(await its.deliveries.purge(START + 1, 10)).toBe(2);
    const items = (await dynamo.fake?.scan(dynamo.name)) ?? [];
    const kinds = new Set(items.map(({ pk }) => (pk as { S: string }).S.split('#')[0]));
    expect([...kinds].sort()).toEqual(['WHB', 'WHE', 'WHL']);
    expect((await its.deliveries.claim(aClaimRequest(START + 1e9))).claims).toEqual([]);
  });

  it('is found again by the next who looks, when one died in the middle', async () => {
    const its = await open();
    await its.endpoints.insert(anEndpoint('a'));
    await its.deliveries.enqueue(aMessage('1'), START);
    const claim = only((await its.deliveries.claim(aClaimRequest(START))).claims);
    await its.deliveries.settle(claim, aSettlement(claim, answered(200), START));
    dynamo.fake?.plan({
      operation: 'TransactWriteItems',
      how: 'ProvisionedThroughputExceededException',
      times: 9,
    });
    await expect(its.deliveries.purge(START + 1, 10)).rejects.toThrow('cannot take this now');
    expect(await its.deliveries.replay(acme, a, aMessage('1').id, START)).toBe(false);
    expect(await onTable().deliveries.purge(START + 1, 10)).toBe(1);
    const items = (await dynamo.fake?.scan(dynamo.name)) ?? [];
    expect(items.filter(({ pk }) => /^WH(M|A|Q|LOG)#/.test((pk as { S: string }).S))).toEqual([]);
  });
});

describe('endpoints that the index shows late', () => {
  const unaware = () => new DynamoWebhookDeliveries(dynamo.table(), new CryptoRandomness());

  it('are known to the process that enqueued for them; others find them when the index does', async () => {
    const { endpoints } = await open();
    const [here, there] = [unaware(), unaware()];
    await endpoints.insert(anEndpoint('a'));
    await here.enqueue(aMessage('1'), START);
    expect((await there.claim(aClaimRequest(START))).claims).toEqual([]);
    expect((await here.claim(aClaimRequest(START))).claims).toHaveLength(1);
  });

  it('give nothing twice, nor what has ended, while it still shows what was due', async () => {
    const { endpoints } = await open();
    const [here, there] = [unaware(), unaware()];
    for (const each of ['a', 'b']) await endpoints.insert(anEndpoint(each));
    await here.enqueue(aMessage('1'), START);
    dynamo.catchUp();
    const { claims } = await here.claim(aClaimRequest(START));
    expect(claims).toHaveLength(2);
    for (const claim of claims) await here.settle(claim, aSettlement(claim, answered(200), START));
    await endpoints.remove(acme, a);
    expect(await there.claim(aClaimRequest(START + 1))).toMatchObject({ claims: [] });
    expect(await there.purge(START + 1, 10)).toBe(1);
    expect(await here.purge(START + 1, 10)).toBe(0);
  });
});

describe('an endpoint that is enabled again', () => {
  it('is looked at for what was pending, whoever saw it disabled meanwhile', async () => {
    const its = await open();
    await its.endpoints.insert(anEndpoint('a'));
    await its.deliveries.enqueue(aMessage('1'), START);
    const before = (await its.endpoints.find(acme, a))!;
    const off = { is: 'disabled', reason: 'operator', at: START } as const;
    await its.endpoints.replace(before, { ...before, status: off });
    expect((await its.deliveries.claim(aClaimRequest(START))).nextDueAt).toBeUndefined();
    const disabled = (await its.endpoints.find(acme, a))!;
    await its.endpoints.replace(disabled, { ...disabled, status: { is: 'enabled' } });
    expect((await onTable().deliveries.claim(aClaimRequest(START))).claims).toHaveLength(1);
  });

  it('takes away nothing of one that was removed', async () => {
    const its = await open();
    for (const each of ['a', 'b']) await its.endpoints.insert(anEndpoint(each));
    await its.deliveries.enqueue(aMessage('1'), START);
    await its.endpoints.remove(acme, a);
    const { claims, nextDueAt } = await onTable().deliveries.claim(aClaimRequest(START));
    expect(claims.map(({ endpointId }) => endpointId)).toEqual([anEndpoint('b').id]);
    expect(nextDueAt).toBe(START + 60_000);
  });
});
