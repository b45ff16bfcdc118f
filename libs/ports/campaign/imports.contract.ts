import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FAULTS_KEPT, type Import } from '#domain/campaign/model/import.js';
import { ATTRIBUTES_LIMIT } from '#domain/campaign/model/subscriber.js';
import {
  acme,
  addList,
  allAtOnce,
  anImport,
  aPerson,
  type CampaignStores,
  nextId,
  type OpenCampaignStores,
  rival,
  START,
} from './testing/campaign-stores.js';
import type { ImportBatch, ImportFault, ImportRow } from './imports.js';

/** A batch of rows and faults whose lines follow the checkpoint. */
function batchAfter(before: Import, rows: readonly Omit<ImportRow, 'line'>[], faults = 0): ImportBatch {
  const { offset, line } = before.checkpoint;
  const bad: ImportFault[] = Array.from({ length: faults }, (_, i) => ({
    line: line + rows.length + i,
    code: 'invalid_address',
    detail: 'An address is written local-part@domain.',
  }));
  const size = rows.length + faults;
  return {
    before,
    after: {
      ...before,
      status: 'running',
      rows: before.rows + size,
      rejected: before.rejected + faults,
      checkpoint: { offset: offset + 100 * size, line: line + size },
    },
    rows: rows.map((row, i) => ({ ...row, line: line + i })),
    faults: bad,
  };
}

export function describeImportsContract(name: string, open: OpenCampaignStores): void {
  describe(`Imports: ${name}`, () => {
    let its: CampaignStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const add = async (change: Partial<Import> = {}): Promise<Import> => {
      const one = anImport(change);
      await its.imports.insert(one);
      return one;
    };
    const commit = async (batch: ImportBatch): Promise<Import> => {
      const stored = await its.imports.commit(batch);
      if (stored === 'stale') throw new Error('The batch is stale.');
      return stored;
    };
    const persons = (count: number, from = 0) =>
      Array.from({ length: count }, (_, i) => aPerson(`p${String(from + i).padStart(4, '0')}@example.com`));
    const countOf = async () => (await its.subscribers.page(acme, undefined, { limit: 200 })).data.length;

    describe('keeping', () => {
      it('gives back an import as it was inserted, and changes nothing when the id is known already', async () => {
        const one = await add({ listIds: [await addList(its)] });
        await its.imports.insert({ ...one, bytes: 7, status: 'finished' });
        expect(await its.imports.find(acme, one.id)).toEqual(one);
      });

      it('shows a workspace nothing of another', async () => {
        const one = await add();
        expect(await its.imports.find(rival, one.id)).toBeUndefined();
        expect(await its.imports.commit(batchAfter({ ...one, workspaceId: rival }, persons(1)))).toBe(
          'stale',
        );
        expect(await its.imports.find(acme, one.id)).toEqual(one);
      });

      it('knows the oldest that is queued or running, of any workspace', async () => {
        expect(await its.imports.unfinished()).toBeUndefined();
        const late = await add({ createdAt: START + 9 });
        const early = await add({ createdAt: START + 1, workspaceId: rival });
        await add({ createdAt: START, status: 'finished' });
        await add({ createdAt: START, status: 'failed' });
        expect(await its.imports.unfinished()).toEqual(early);
        const running = await commit(batchAfter(early, []));
        expect(await its.imports.unfinished()).toEqual(running);
        await commit({ before: running, after: { ...running, status: 'finished' }, rows: [], faults: [] });
        expect(await its.imports.unfinished()).toEqual(late);
      });
    });

    it('tells whether one is unfinished, of any workspace', async () => {
      const waiting = await add({ workspaceId: rival });
      const over = await Promise.all((['finished', 'failed'] as const).map((status) => add({ status })));
      const running = await commit(batchAfter(await add(), []));
      const asked = [waiting, running, ...over].map(({ id }) => its.imports.isUnfinished(id));
      expect(await Promise.all(asked)).toEqual([true, true, false, false]);
      expect(await its.imports.isUnfinished(nextId('imp'))).toBe(false);
    });

    describe('committing', () => {
      it('stores rows, faults, counts and the checkpoint together', async () => {
        const list = await addList(its);
        const one = await add({ listIds: [list] });
        const batch = batchAfter(one, persons(3), 2);
        const stored = await commit(batch);
        expect(stored).toEqual({ ...batch.after, created: 3, updated: 0 });
        expect(await its.imports.find(acme, one.id)).toEqual(stored);
        expect(await its.imports.faults(one.id, 0, 10)).toEqual(batch.faults);
        expect(await its.audiences.count(acme, [list])).toBe(3);
        expect((await its.subscribers.page(acme, list, { limit: 9 })).data).toHaveLength(3);
      });

      it('puts people as they would put themselves: made, or merged, in the order of the file', async () => {
        const list = await addList(its);
        await its.subscribers.put(
          acme,
          [aPerson('anna@example.com', { name: 'A', locale: 'sv', attributes: { a: 1, b: 1 } })],
          [],
          START,
        );
        const one = await add({ listIds: [list] });
        const rows = [
          aPerson('bo@example.com', { name: 'first', attributes: { x: '1' } }),
          aPerson('anna@example.com', { name: 'Anna', attributes: { b: '2' } }),
          aPerson('bo@example.com', { timezone: 'UTC', attributes: { y: '2' } }),
          aPerson('anna@example.com'),
          aPerson('bo@example.com', { name: 'third' }),
        ];
        expect(await commit(batchAfter(one, rows))).toMatchObject({
          rows: 5,
          created: 1,
          updated: 4,
          rejected: 0,
        });
        const { data } = await its.subscribers.page(acme, list, { limit: 9 });
        expect(data).toMatchObject([
          { email: 'anna@example.com', name: 'Anna', locale: 'sv', attributes: { a: 1, b: '2' } },
          {
            email: 'bo@example.com',
            id: rows[0]!.id,
            name: 'third',
            timezone: 'UTC',
            attributes: { x: '1', y: '2' },
          },
        ]);
        expect(await its.audiences.count(acme, [list])).toBe(2);
      });

      it('goes on adding over many batches', async () => {
        let current = await add();
        for (let i = 0; i < 5; i++) current = await commit(batchAfter(current, persons(10, i * 5), 1));
        expect(current).toMatchObject({ rows: 55, created: 30, updated: 20, rejected: 5 });
        expect(await countOf()).toBe(30);
      });

      it('rejects a row whose attributes would grow too large by the merge, and keeps its neighbours', async () => {
        const half = 'x'.repeat(ATTRIBUTES_LIMIT * 0.6);
        await its.subscribers.put(
          acme,
          [aPerson('known@example.com', { attributes: { a: half } })],
          [],
          START,
        );
        const one = await add();
        const rows = [
          aPerson('new@example.com', { attributes: { a: half } }),
          aPerson('known@example.com', { attributes: { b: half } }),
          aPerson('new@example.com', { attributes: { b: half } }),
          aPerson('other@example.com'),
        ];
        const stored = await commit(batchAfter(one, rows, 1));
        expect(stored).toMatchObject({ rows: 5, created: 2, updated: 0, rejected: 3 });
        const faults = await its.imports.faults(one.id, 0, 10);
        expect(faults.map(({ line, code }) => [line, code])).toEqual([
          [2, 'too_large'],
          [3, 'too_large'],
          [5, 'invalid_address'],
        ]);
        const { data } = await its.subscribers.page(acme, undefined, { limit: 9 });
        expect(data.map(({ email, attributes }) => [email, Object.keys(attributes)])).toEqual([
          ['known@example.com', ['a']],
          ['new@example.com', ['a']],
          ['other@example.com', []],
        ]);
      });
    });

    describe('a batch that comes twice or too late', () => {
      it('is stale when it was read on from an older checkpoint: nothing is stored', async () => {
        const one = await add();
        const first = batchAfter(one, persons(3), 1);
        const stored = await commit(first);
        expect(await its.imports.commit(first)).toBe('stale');
        expect(await its.imports.commit(batchAfter(one, persons(5, 100), 5))).toBe('stale');
        expect(await its.imports.find(acme, one.id)).toEqual(stored);
        expect(await countOf()).toBe(3);
        expect(await its.imports.faults(one.id, 0, 10)).toHaveLength(1);
      });

      it('is stale within a window that others have gone on with', async () => {
        const one = await add();
        const at = (taken: number) => ({ offset: 0, line: 1, window: { records: 9, taken } });
        const step = (before: Import, taken: number): ImportBatch => {
          const batch = batchAfter(before, persons(3, taken));
          return { ...batch, after: { ...batch.after, checkpoint: at(taken) } };
        };
        const first = await commit(step(one, 3));
        const second = await commit(step(first, 6));
        expect(second.checkpoint).toEqual(at(6));
        expect(await its.imports.commit(step(first, 6))).toBe('stale');
        expect(await its.imports.commit(step(one, 3))).toBe('stale');
        expect(await its.imports.find(acme, one.id)).toEqual(second);
      });

      it('is stale once the import is over', async () => {
        for (const status of ['finished', 'failed'] as const) {
          const one = await add({ status });
          expect(await its.imports.commit(batchAfter(one, persons(1)))).toBe('stale');
        }
        expect(await countOf()).toBe(0);
      });

      it('is stale for an import that is not there', async () => {
        expect(await its.imports.commit(batchAfter(anImport(), persons(1)))).toBe('stale');
      });

      it('is stored once when two processes work on the same import', async () => {
        const one = await add();
        const answers = await allAtOnce(8, () => its.imports.commit(batchAfter(one, persons(10), 1)));
        expect(answers.filter((answer) => answer !== 'stale')).toHaveLength(1);
        expect(await its.imports.find(acme, one.id)).toMatchObject({
          rows: 11,
          created: 10,
          updated: 0,
          rejected: 1,
        });
      });

      it('is stored after the one it follows, or not at all, when it is sent before that one is answered', async () => {
        const one = await add();
        const first = batchAfter(one, persons(4), 1);
        const second = batchAfter(first.after, persons(4, 2), 2);
        const [stored, next] = await Promise.all([its.imports.commit(first), its.imports.commit(second)]);
        expect(stored).not.toBe('stale');
        const expected =
          next === 'stale'
            ? { rows: 5, created: 4, updated: 0, rejected: 1 }
            : { rows: 11, created: 6, updated: 2, rejected: 3 };
        expect(await its.imports.find(acme, one.id)).toMatchObject(expected);
      });
    });

    describe('faults', () => {
      it('come in order of line, page by page', async () => {
        const one = await add();
        const current = await commit(batchAfter(one, persons(2), 3));
        await commit(batchAfter(current, [], 4));
        const lines = async (after: number, limit: number) =>
          (await its.imports.faults(one.id, after, limit)).map(({ line }) => line);
        expect(await lines(0, 100)).toEqual([3, 4, 5, 6, 7, 8, 9]);
        expect(await lines(0, 3)).toEqual([3, 4, 5]);
        expect(await lines(5, 3)).toEqual([6, 7, 8]);
        expect(await lines(9, 3)).toEqual([]);
        expect(await its.imports.faults(nextId<Import['id']>('imp'), 0, 10)).toEqual([]);
      });

      it('are kept up to a limit and counted beyond it', async () => {
        const one = await add();
        let current = await commit({ ...batchAfter(one, [], FAULTS_KEPT - 2) });
        current = await commit(batchAfter(current, [], 5));
        current = await commit(batchAfter(current, [], 5));
        expect(current.rejected).toBe(FAULTS_KEPT + 8);
        const last = await its.imports.faults(one.id, FAULTS_KEPT - 3, 100);
        expect(last.map(({ line }) => line)).toEqual([FAULTS_KEPT - 2, FAULTS_KEPT - 1, FAULTS_KEPT]);
      });
    });

    it('refuses a batch for a list that is gone: nothing is stored', async () => {
      const one = await add({ listIds: [nextId('lst')] });
      await expect(its.imports.commit(batchAfter(one, persons(2)))).rejects.toMatchObject({
        code: 'not_found',
      });
      expect(await its.imports.find(acme, one.id)).toEqual(one);
      expect(await countOf()).toBe(0);
      // … and to say that it has failed is no batch for a list.
      const failed = { ...one, status: 'failed', reason: 'No such list.' } as const;
      expect(await commit({ before: one, after: failed, rows: [], faults: [] })).toEqual(failed);
      expect(await its.imports.unfinished()).toBeUndefined();
    });
  });
}
