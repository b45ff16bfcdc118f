import { beforeEach, describe, expect, it } from '@jest/globals';
import { OneDynamo } from '../testing/one-table.js';
import type { DynamoTable } from './dynamo-table.js';
import { fields, to, when } from './expressions.js';
import { key } from './keys.js';

interface Counter {
  readonly pk: string;
  readonly sk: string;
  readonly count: number;
  readonly name?: string;
}

const dynamo = OneDynamo.forThisFile('over HTTP');
const at = (pk: string, sk = 'a') => ({ pk, sk });

describe('the table', () => {
  let table: DynamoTable;
  beforeEach(async () => {
    table = await dynamo.fresh();
  });

  const counter = (pk: string) => table.get<Counter>(at(pk));

  it('keeps what is put, and reads it at once', async () => {
    await table.put({ ...at('one'), count: 1, name: undefined, tags: ['x'], deep: { none: null } });
    expect(await counter('one')).toEqual({ ...at('one'), count: 1, tags: ['x'], deep: { none: null } });
    expect(await counter('two')).toBeUndefined();
  });

  it('has nothing under keys that DynamoDB has not', async () => {
    await table.put({ ...at('one'), count: 1 });
    for (const wrong of [at('one', ''), at('', 'a'), at('one', '#'.repeat(1025)), at('é'.repeat(1025))]) {
      expect(await table.get(wrong)).toBeUndefined();
      expect(await table.getAll([wrong, at('one')])).toHaveLength(1);
    }
  });

  it('has nothing under a key that is longer than any can be', async () => {
    const [pk, sk] = ['ö'.repeat(1025), 'ö'.repeat(513)];
    expect(await table.get(at(pk))).toBeUndefined();
    expect(await table.getAll([at('one', sk)])).toEqual([]);
    expect(await table.query({ pk, limit: 10 })).toEqual({ items: [], next: undefined });
  });

  it('does nothing of what its condition refuses, and says what stands there', async () => {
    await table.put({ ...at('one'), count: 1 });
    expect(await table.put({ ...at('one'), count: 2 }, when`attribute_not_exists(pk)`)).toBe('refused');
    const refused = await table.update<Counter>(at('one'), to`SET #count = ${5}`, when`#count > ${3}`);
    expect(refused).toEqual({ kind: 'refused', item: { ...at('one'), count: 1 } });
    expect(await table.delete(at('one'), when`#count = ${2}`)).toBe('refused');
    expect((await counter('one'))?.count).toBe(1);
  });

  it('sets the fields of a record, and removes those that are undefined', async () => {
    await table.put({ ...at('one'), count: 1, name: 'was' });
    const after = await table.update<Counter>(at('one'), fields({ count: 2, name: undefined }));
    expect(after).toEqual({ kind: 'done', item: { ...at('one'), count: 2 } });
  });

  it('writes all of a transaction, or nothing of it', async () => {
    await table.put({ ...at('one'), count: 1 });
    const add = (pk: string, most: number) =>
      ({ kind: 'update', key: at(pk), change: to`ADD #count ${1}`, if: when`#count < ${most}` }) as const;
    const put = { kind: 'put', item: { ...at('three'), count: 3 } } as const;
    const refused = await table.transact([put, add('one', 1), { kind: 'delete', key: at('none') }]);
    expect(refused).toEqual({ kind: 'refused', by: new Map([[1, { ...at('one'), count: 1 }]]) });
    expect(await counter('three')).toBeUndefined();
    const checked = { kind: 'check', key: at('two'), if: when`attribute_not_exists(pk)` } as const;
    expect(await table.transact([put, add('one', 2), checked])).toEqual({ kind: 'done' });
    expect((await counter('one'))?.count).toBe(2);
    expect(await counter('two')).toBeUndefined();
  });

  it('counts once in a transaction whose answer was lost', async () => {
    await table.put({ ...at('one'), count: 1 });
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 2 });
    const write = { kind: 'update', key: at('one'), change: to`ADD #count ${1}` } as const;
    expect(await table.transact([write])).toEqual({ kind: 'done' });
    expect((await counter('one'))?.count).toBe(2);
  });

  it('asks again when it is throttled', async () => {
    dynamo.fake?.plan({ how: 'ProvisionedThroughputExceededException', times: 3 });
    expect(await table.put({ ...at('one'), count: 1 })).toBe('done');
    expect((await counter('one'))?.count).toBe(1);
  });

  it('lets nobody see half of a transaction', async () => {
    const move = async (round: number) =>
      table.transact([
        { kind: 'put', item: { ...at('p', 'left'), round } },
        { kind: 'put', item: { ...at('p', 'right'), round } },
      ]);
    await move(0);
    const seen: number[][] = [];
    let running = true;
    const watch = (async () => {
      while (running) {
        const { items } = await table.query<{ round: number }>({ pk: 'p', limit: 10 });
        seen.push(items.map(({ round }) => round));
      }
    })();
    for (let round = 1; round <= 20; round += 1) await move(round);
    running = false;
    await watch;
    expect(seen.filter(([left, right]) => left !== right)).toEqual([]);
  });

  it('asks again whoever meets the transaction of another, until each has had its turn', async () => {
    await table.put({ ...at('one'), count: 0 });
    const change = to`ADD #count ${1}`;
    const transactions = [...Array(6).keys()].map((n) =>
      table.transact([
        { kind: 'update', key: at('one'), change },
        { kind: 'put', item: { ...at(`of ${n}`), n } },
      ]),
    );
    await Promise.all([...transactions, table.update(at('one'), to`SET #name = ${'b'}`)]);
    expect(await counter('one')).toEqual({ ...at('one'), count: 6, name: 'b' });
    const met = dynamo.fake?.journal().filter(({ answer }) => answer === 'in conflict') ?? [];
    expect(dynamo.fake ? met.length : 1).toBeGreaterThan(0);
  });

  it('reads a range page by page, either way', async () => {
    await table.writeAll(
      [...Array(30).keys()].map((n) => ({
        put: { ...at('p', key('n', n)), n, gsi1pk: 'all', gsi1sk: key(-n + 99) },
      })),
    );
    const range = { pk: 'p', from: key('n', 5), to: key('n', 20), limit: 10 };
    const first = await table.query<{ n: number }>(range);
    expect(first.items.map(({ n }) => n)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    const second = await table.query<{ n: number }>({ ...range, after: first.next ?? {} });
    expect(second.items.map(({ n }) => n)).toEqual([15, 16, 17, 18, 19, 20]);
    const odd = await table.list<{ n: number }>({
      pk: 'p',
      filter: when`#n > ${25}`,
      limit: 3,
      descending: true,
    });
    expect(odd.map(({ n }) => n)).toEqual([29, 28, 27]);
    dynamo.catchUp();
    const indexed = await table.list<{ n: number }>({ index: 'gsi1', pk: 'all', limit: 2 });
    expect(indexed.map(({ n }) => n)).toEqual([29, 28]);
    const keys = [...Array(30).keys()].map((n) => at('p', key('n', n)));
    expect(await table.getAll([...keys, at('none')])).toHaveLength(30);
    await table.writeAll(keys.map((one) => ({ delete: one })));
    expect(await table.list({ pk: 'p', limit: 100 })).toEqual([]);
  });
});

describe('the parts of a key', () => {
  it('cannot reach into one another', () => {
    expect(key('a#b', 'c')).not.toBe(key('a', 'b#c'));
    expect(key('a%23b')).not.toBe(key('a#b'));
  });

  it('sort as their numbers do', () => {
    const numbers = [9, 10, 2 ** 53 - 1, 0, 100];
    expect(numbers.map((n) => key('x', n)).sort()).toEqual(
      [...numbers].sort((a, b) => a - b).map((n) => key('x', n)),
    );
  });
});
