import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Import } from '#domain/campaign/model/import.js';
import { ATTRIBUTES_LIMIT } from '#domain/campaign/model/subscriber.js';
import type { ImportBatch, ImportRow } from '#ports/campaign/imports.js';
import {
  acme,
  addList,
  anImport,
  aPerson,
  type CampaignStores,
  everyPage,
  nextId,
  START,
} from '#ports/campaign/testing/campaign-stores.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoPeople } from './dynamo-people.js';
import { campaignStores } from './testing/campaign-stores.js';

const dynamo = OneDynamo.forThisFile();
const BATCH = 500;
const SLOW = 300_000; // ms: thousands of writes on an emulator, beside other suites
const LATER = START + 60_000;

/** The stores of another process, a minute later. */
function another(): CampaignStores {
  return campaignStores(dynamo, new DrivenClock(LATER));
}

/** Dies when it has written these rows, or some of them, and before it could say so. */
async function dyingOf({ before }: ImportBatch, rows: readonly ImportRow[]): Promise<void> {
  const people = new DynamoPeople(dynamo.table(), new CryptoRandomness());
  const { workspaceId, listIds, id } = before;
  await people.take(rows, { workspaceId, listIds, now: START, importId: id });
}

/** Rows begin in line 2; the last batch finishes the import. */
function batchesOf(one: Import, rows: readonly ImportRow[], size = BATCH): ImportBatch[] {
  const batches: ImportBatch[] = [];
  for (let at = 0, before = one; at < rows.length; at += size) {
    const some = rows.slice(at, at + size);
    const taken = at + some.length;
    const status = taken === rows.length ? 'finished' : 'running';
    const after: Import = {
      ...before,
      status,
      rows: taken,
      checkpoint: { offset: 0, line: 2, window: { records: rows.length, taken } },
    };
    batches.push({ before, after, rows: some, faults: [] });
    before = after;
  }
  return batches;
}

const lined = (rows: readonly Omit<ImportRow, 'line'>[]): ImportRow[] =>
  rows.map((row, i) => ({ ...row, line: i + 2 }));
/** As another process reads the same file: with other ids. */
const readAgain = (batch: ImportBatch): ImportBatch => ({
  ...batch,
  rows: batch.rows.map((row) => ({ ...row, id: nextId('sub') })),
});

describe('an import on DynamoDB', () => {
  let its: CampaignStores;
  let list: ListId;
  beforeEach(async () => {
    await dynamo.fresh();
    its = campaignStores(dynamo, new DrivenClock(START));
    list = await addList(its);
  });

  const begin = async (): Promise<Import> => {
    const one = anImport({ listIds: [list] });
    await its.imports.insert(one);
    return one;
  };
  const everybody = () => everyPage((after) => its.subscribers.page(acme, undefined, { limit: 200, after }));
  const members = () => everyPage((after) => its.subscribers.page(acme, list, { limit: 200, after }));
  const numbers = (one: Import | 'stale') =>
    one === 'stale' ? one : [one.rows, one.created, one.updated, one.rejected];

  describe('whose batch was written by somebody who died before the checkpoint', () => {
    const half = 'x'.repeat(ATTRIBUTES_LIMIT * 0.6);
    const rows = lined([
      aPerson('known@example.com', { attributes: { a: '1' } }),
      aPerson('new@example.com', { attributes: { a: half } }),
      aPerson('new@example.com', { attributes: { b: half } }),
      aPerson('new@example.com', { name: 'third' }),
      aPerson('other@example.com'),
    ]);
    let batch: ImportBatch;
    beforeEach(async () => {
      await its.subscribers.put(acme, [aPerson('known@example.com', { name: 'K' })], [], START - 1);
      [batch] = batchesOf(await begin(), rows) as [ImportBatch];
    });

    it.each([rows.length, 1, 2, 3, 4])(
      'counts once what was done, and changes it no more: after %i of its rows',
      async (done) => {
        await dyingOf(batch, rows.slice(0, done));
        const before = new Map((await everybody()).map((one) => [one.email, one]));
        const committed = await another().imports.commit(readAgain(batch));
        expect(numbers(committed)).toEqual([5, 2, 2, 1]);
        expect((await its.imports.faults(batch.before.id, 0, 9)).map(({ line }) => line)).toEqual([4]);
        const people = await everybody();
        expect(people.map(({ email }) => email)).toEqual([
          'known@example.com',
          'new@example.com',
          'other@example.com',
        ]);
        // Who had been written whole is as they were then; who had not has news of a minute later.
        const whole = rows.map(({ facts }) => facts.email).filter((email) => isWhole(email, done));
        for (const one of people.filter(({ email }) => whole.includes(email)))
          expect(one).toEqual(before.get(one.email));
        expect(people[1]).toMatchObject({ name: 'third', attributes: { a: half } });
        expect(await its.audiences.count(acme, [list])).toBe(3);
      },
    );

    /** Whether no row of the address was left to be taken. */
    const isWhole = (email: string, done: number) =>
      rows.slice(done).every(({ facts }) => facts.email !== email);

    it('does not undo what has been said of the people since', async () => {
      await dyingOf(batch, rows);
      const since = aPerson('new@example.com', { name: 'since', attributes: { a: 'short' } });
      await its.subscribers.put(acme, [since], [], LATER);
      expect(numbers(await another().imports.commit(readAgain(batch)))).toEqual([5, 2, 2, 1]);
      expect(await its.subscribers.findByAddress(acme, since.facts.email)).toMatchObject({
        name: 'since',
        attributes: { a: 'short' },
        updatedAt: LATER,
      });
    });

    it('leaves those alone who have left since, and makes anew those who were removed', async () => {
      await dyingOf(batch, rows);
      const [known, , other] = await everybody();
      await its.memberships.leave(acme, known!.email, list, LATER);
      await its.subscribers.remove(acme, other!.id);
      expect(numbers(await another().imports.commit(readAgain(batch)))).toEqual([5, 2, 2, 1]);
      expect((await members()).map(({ email }) => email)).toEqual(['new@example.com', 'other@example.com']);
      expect(await its.audiences.count(acme, [list])).toBe(2);
    });

    it('takes what another import says of the same people', async () => {
      await dyingOf(batch, rows);
      const [second] = batchesOf(await begin(), lined([aPerson('new@example.com', { name: 'second' })]));
      expect(numbers(await its.imports.commit(second!))).toEqual([1, 0, 1, 0]);
      expect(await everybody()).toMatchObject([{}, { name: 'second' }, {}]);
    });
  });

  it('is counted once, whole, when two processes work on it at the same time', async () => {
    const rows = lined(Array.from({ length: 60 }, (_, i) => aPerson(`p${i % 40}@example.com`)));
    const batches = batchesOf(await begin(), rows.sort(byAddress), 20);
    const [one, other] = [its, another()];
    for (const batch of batches) {
      const answers = await Promise.all([one.imports.commit(batch), other.imports.commit(readAgain(batch))]);
      expect(answers.filter((answer) => answer !== 'stale')).toHaveLength(1);
    }
    const finished = await its.imports.find(acme, batches[0]!.before.id);
    expect(numbers(finished!)).toEqual([60, 40, 20, 0]);
    expect(await members()).toHaveLength(40);
    expect(await its.audiences.count(acme, [list])).toBe(40);
  });

  it('goes on when the answer to its checkpoint is lost: that was not somebody else', async () => {
    const one = await begin();
    for (const operation of ['TransactWriteItems', 'PutItem'])
      dynamo.fake?.plan({ operation, how: 'lost', times: 2 });
    const after = { ...one, status: 'running', checkpoint: { offset: 9, line: 2 } } as const;
    expect(await its.imports.commit({ before: one, after, rows: [], faults: [] })).toEqual(after);
  });

  describe('whose answers are lost and that is slowed down', () => {
    const rows = lined(
      Array.from({ length: 2_000 }, (_, i) => aPerson(`p${i % 400}@example.com`, { name: `n${i}` })),
    ).sort(byAddress);
    const expected = [...new Set(rows.map(({ facts }) => facts.email))].sort();

    const run = async (): Promise<Import> => {
      let last = await begin();
      for (const batch of batchesOf(last, rows)) {
        for (const operation of ['TransactWriteItems', 'BatchGetItem', 'GetItem'])
          for (const how of ['lost', 'ProvisionedThroughputExceededException', 'lost'] as const)
            dynamo.fake?.plan({ operation, how, times: 2 });
        const committed = await its.imports.commit(readAgain(batch));
        if (committed === 'stale') throw new Error('It was taken for somebody else.');
        last = committed;
      }
      return last;
    };

    it(
      'is what it says, and again the second time',
      async () => {
        expect(numbers(await run())).toEqual([2_000, 400, 1_600, 0]);
        const first = await everybody();
        expect(first.map(({ email }) => email)).toEqual(expected);
        expect(await its.audiences.count(acme, [list])).toBe(400);
        const leaving = expected.filter((_, i) => i % 100 === 7);
        for (const email of leaving) await its.memberships.leave(acme, email, list, LATER);
        expect(numbers(await run())).toEqual([2_000, 0, 2_000, 0]);
        const second = await everybody();
        expect(second.map(({ id, email }) => [id, email])).toEqual(first.map(({ id, email }) => [id, email]));
        expect(second.find(({ email }) => email === 'p7@example.com')?.name).toBe('n1607');
        const stay = expected.filter((email) => !leaving.includes(email));
        expect((await members()).map(({ email }) => email)).toEqual(stay);
        expect(await its.audiences.count(acme, [list])).toBe(stay.length);
        expect(await its.imports.unfinished()).toBeUndefined();
      },
      SLOW,
    );
  });
});

function byAddress(a: ImportRow, b: ImportRow): number {
  if (a.facts.email === b.facts.email) return a.line - b.line;
  return a.facts.email < b.facts.email ? -1 : 1;
}
