import { afterEach, describe, expect, it } from '@jest/globals';
import { type FakeDynamo, startFakeDynamo } from './fake-dynamodb.js';
import { GENTLE, HARD, type Hardness } from './hardness.js';
import type { Answer } from './local-dynamo.js';

const TableName = 'things';
const key = (pk: string) => ({ pk: { S: pk } });
const put = (pk: string, more: object = {}) => ({ TableName, Item: { ...key(pk), ...more } });
const listed = (at: string) => ({ list: { S: 'all' }, at: { S: at } });
const isNew = { ConditionExpression: 'attribute_not_exists(pk)' };

describe('DynamoDB as hard as it can be', () => {
  let fake: FakeDynamo;
  afterEach(() => fake.close());

  const ask = async (operation: string, input: object): Promise<Answer> => {
    const answer = await fake.ask(operation, JSON.stringify(input));
    if (answer === 'lost') throw new Error('There is no answer.');
    return answer;
  };
  const open = async (hardness: Partial<Hardness>): Promise<void> => {
    fake = await startFakeDynamo({ ...GENTLE, ...hardness });
    const S = ['pk', 'list', 'at'].map((name) => ({ AttributeName: name, AttributeType: 'S' }));
    const schema = (hash: string, range?: string) => [
      { AttributeName: hash, KeyType: 'HASH' },
      ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
    ];
    const index = {
      IndexName: 'byTime',
      KeySchema: schema('list', 'at'),
      Projection: { ProjectionType: 'ALL' },
    };
    await ask('CreateTable', {
      ...{ TableName, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: S },
      ...{ KeySchema: schema('pk'), GlobalSecondaryIndexes: [index] },
    });
    for (let status; status !== 'ACTIVE';) {
      const { body } = await ask('DescribeTable', { TableName });
      status = (body['Table'] as { TableStatus: string }).TableStatus;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const inIndex = async (): Promise<string[]> => {
    const { body } = await ask('Query', {
      ...{ TableName, IndexName: 'byTime', KeyConditionExpression: '#l = :l' },
      ExpressionAttributeNames: { '#l': 'list' },
      ExpressionAttributeValues: { ':l': { S: 'all' } },
    });
    return (body['Items'] as { pk: { S: string } }[]).map(({ pk }) => pk.S);
  };
  const read = async (pk: string, ConsistentRead = true): Promise<unknown> =>
    (await ask('GetItem', { TableName, Key: key(pk), ConsistentRead })).body['Item'];
  const transact = (...pks: readonly string[]): Promise<Answer> =>
    ask('TransactWriteItems', { TransactItems: pks.map((pk) => ({ Put: { ...put(pk), ...isNew } })) });

  describe('an index', () => {
    it('knows nothing of what was put, moved or removed until it is caught up', async () => {
      await open({ indexesLag: 'until caught up' });
      await ask('PutItem', put('a', listed('1')));
      await ask('PutItem', put('b', listed('2')));
      expect(await inIndex()).toEqual([]);
      fake.catchUp();
      expect(await inIndex()).toEqual(['a', 'b']);
      await ask('PutItem', put('a', listed('3')));
      await ask('DeleteItem', { TableName, Key: key('b') });
      expect(await inIndex()).toEqual(['a', 'b']);
      fake.catchUp();
      expect(await inIndex()).toEqual(['a']);
    });

    it('is so many requests behind', async () => {
      await open({ indexesLag: 3 });
      await ask('PutItem', put('a', listed('1')));
      expect([await inIndex(), await inIndex(), await inIndex()]).toEqual([[], [], ['a']]);
    });

    it('may show the later before the earlier, but of one place never the older after the newer', async () => {
      await open({ indexesLag: 8, losesOrder: true });
      const names = [...'abcdefgh'];
      for (const name of names) await ask('PutItem', put(name, listed(name)));
      const looks = [];
      for (let look = 0; look < 10; look += 1) looks.push(await inIndex());
      expect(looks.at(-1)).toEqual(names);
      expect(looks.some((seen) => names.slice(0, seen.length).join() !== seen.join())).toBe(true);
      for (const [turn, seen] of looks.entries())
        expect(seen).toEqual(expect.arrayContaining(looks[turn - 1] ?? []));
    });

    it('never shows what a transaction that was refused had begun', async () => {
      await open({ indexesLag: 1, losesOrder: true });
      await ask('PutItem', put('b'));
      const looks = [
        ask('TransactWriteItems', {
          TransactItems: [{ Put: put('a', listed('1')) }, { Put: { ...put('b'), ...isNew } }],
        }),
      ];
      for (let look = 0; look < 5; look += 1) expect(await inIndex()).toEqual([]);
      expect((await Promise.all(looks)).map(({ status }) => status)).toEqual([400]);
    });
  });

  describe('two who write one item at once', () => {
    it('are in conflict if both are transactions: each item has its reason', async () => {
      await open({ conflicts: true });
      const [first, second] = await Promise.all([transact('a', 'b'), transact('c', 'b')]);
      expect(first).toEqual({ status: 200, body: {} });
      expect(second).toEqual({
        status: 400,
        body: {
          __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
          Message:
            'Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]',
          CancellationReasons: [
            { Code: 'None' },
            { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
          ],
        },
      });
      expect(fake.journal().at(-1)).toEqual({
        operation: 'TransactWriteItems',
        answer: 'in conflict',
        refusal: second,
      });
      expect(await read('c')).toBeUndefined();
    });

    it('are in conflict if one of them is, whichever came first; reads are not', async () => {
      await open({ conflicts: true });
      const [, single, seen] = await Promise.all([transact('a'), ask('PutItem', put('a')), read('a')]);
      expect(single).toEqual({
        status: 400,
        body: {
          __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException',
          message: 'Transaction is ongoing for the item',
        },
      });
      expect(seen).toBeUndefined();
      const [written, refused] = await Promise.all([ask('PutItem', put('b')), transact('b')]);
      expect(written.status).toBe(200);
      expect(refused.body['CancellationReasons']).toMatchObject([{ Code: 'TransactionConflict' }]);
    });

    it('are not if neither is, nor one after the other', async () => {
      await open({ conflicts: true });
      const both = await Promise.all([ask('PutItem', put('a')), ask('PutItem', put('a'))]);
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      expect([(await transact('b')).status, (await ask('PutItem', put('b'))).status]).toEqual([200, 200]);
    });

    it('are told of the conditions as well that do not hold', async () => {
      await open({ conflicts: true });
      await ask('PutItem', put('old'));
      const [, refused] = await Promise.all([transact('a'), transact('old', 'a')]);
      expect(refused.body['CancellationReasons']).toMatchObject([
        { Code: 'ConditionalCheckFailed' },
        { Code: 'TransactionConflict' },
      ]);
    });

    it('have their batch put off where it meets a transaction', async () => {
      await open({ conflicts: true });
      const requests = ['a', 'b'].map((pk) => ({ PutRequest: { Item: key(pk) } }));
      const [, batch] = await Promise.all([
        transact('a'),
        ask('BatchWriteItem', { RequestItems: { [TableName]: requests } }),
      ]);
      expect(batch.body['UnprocessedItems']).toEqual({ [TableName]: [requests[0]] });
      expect(await read('b')).toEqual(key('b'));
    });

    it('and one token: the second is told that the first is under way', async () => {
      await open({ conflicts: true });
      const asked = { ClientRequestToken: 'once', TransactItems: [{ Put: put('a') }] };
      const [, second] = await Promise.all([
        ask('TransactWriteItems', asked),
        ask('TransactWriteItems', asked),
      ]);
      expect(second.body['__type']).toMatch(/#TransactionInProgressException$/);
      expect(await ask('TransactWriteItems', asked)).toEqual({ status: 200, body: {} });
    });
  });

  it('refuses by a planned conflict what writes, in the shape of each, and reads nobody', async () => {
    await open({});
    fake.plan({ how: 'TransactionConflict', item: 1, times: 2 });
    expect(await read('a')).toBeUndefined();
    expect((await transact('a', 'b')).body['CancellationReasons']).toMatchObject([
      { Code: 'None' },
      { Code: 'TransactionConflict' },
    ]);
    const single = await ask('UpdateItem', { TableName, Key: key('a') });
    expect(single.body['__type']).toMatch(/#TransactionConflictException$/);
    expect(fake.journal().filter(({ answer }) => answer === 'refused by a fault')).toHaveLength(2);
    expect((await transact('a', 'b')).status).toBe(200);
  });

  it('answers who does not ask for consistency with what was there before', async () => {
    await open({ staleReads: true });
    await ask('PutItem', put('a', { n: { N: '1' } }));
    fake.catchUp();
    await ask('PutItem', put('a', { n: { N: '2' } }));
    await ask('PutItem', put('b'));
    const batch = { RequestItems: { [TableName]: { Keys: [key('a'), key('b')] } } };
    expect(await read('a', false)).toMatchObject({ n: { N: '1' } });
    expect(await read('a')).toMatchObject({ n: { N: '2' } });
    expect((await ask('BatchGetItem', batch)).body['Responses']).toMatchObject({
      [TableName]: [{ n: { N: '1' } }],
    });
    expect((await ask('Scan', { TableName })).body['Count']).toBe(1);
    fake.catchUp();
    expect(await read('b', false)).toEqual(key('b'));
  });

  it('keeps what is over until it is told to let it expire, and lets go of that alone', async () => {
    await open(HARD);
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
    await ask('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
    await ask('PutItem', put('old', { until: { N: '100' }, ...listed('1') }));
    await ask('PutItem', put('new', { until: { N: '101' }, ...listed('2') }));
    fake.catchUp();
    expect(await read('old')).toBeDefined();
    expect(await fake.expire(100_999)).toBe(1);
    expect([await read('old'), await read('new')]).toMatchObject([undefined, { pk: { S: 'new' } }]);
    expect(await inIndex()).toEqual(['old', 'new']);
    fake.catchUp();
    expect(await inIndex()).toEqual(['new']);
    const again = await ask('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
    expect(again.body['__type']).toMatch(/#ValidationException$/);
  });
});
