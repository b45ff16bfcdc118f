import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import {
  acme,
  addList,
  aPerson,
  type CampaignStores,
  nextId,
  type OpenCampaignStores,
  people,
  rival,
  START,
} from './testing/campaign-stores.js';
import type { AudienceMember } from './audiences.js';

/** @param runs how many random audiences are read */
export function describeAudiencesContract(name: string, open: OpenCampaignStores, runs: number): void {
  describe(`Audiences: ${name}`, () => {
    let its: CampaignStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    /** Everybody, as an expansion reads them. */
    const readAll = async (
      listIds: readonly ListId[],
      limit: number,
      between?: (page: number) => Promise<unknown>,
    ) => {
      const members: AudienceMember[] = [];
      for (let page = 0; ; page++) {
        const next = await its.audiences.page(acme, listIds, members.at(-1)?.address, limit);
        members.push(...next);
        if (next.length < limit) return members;
        await between?.(page);
      }
    };
    const addresses = (members: readonly AudienceMember[]) => members.map(({ address }) => address);

    it('has all that a mail is made of', async () => {
      const list = await addList(its);
      const anna = aPerson('anna@example.com', {
        name: 'Anna "A"\n Å',
        locale: 'sv',
        timezone: 'Europe/Stockholm',
        attributes: { city: 'Malmö', tags: ['a', { b: null }], n: 1.5 },
      });
      const bo = aPerson('bo@example.com');
      await its.subscribers.put(acme, [bo, anna], [list], START);
      const [first, second] = await its.audiences.page(acme, [list], undefined, 10);
      expect(first).toMatchObject({
        address: 'anna@example.com',
        subscriberId: anna.id,
        timezone: 'Europe/Stockholm',
      });
      expect(JSON.parse(first!.data)).toEqual({ ...anna.facts });
      expect(second).toMatchObject({ address: 'bo@example.com', subscriberId: bo.id, timezone: undefined });
      expect(JSON.parse(second!.data)).toEqual({ email: 'bo@example.com', attributes: {} });
    });

    it('gives the members of any of the lists in order of address, each once, whatever the page', async () => {
      const local = fc.constantFrom(...'abcdefghijklmnop'.split(''), "o'x", '+y', '{z}', '0');
      const address = fc.tuple(local, local).map(([a, b]) => `${a}${b}@example.com`);
      const members = fc.array(fc.uniqueArray(address, { maxLength: 25 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(members, fc.integer({ min: 1, max: 30 }), async (lists, limit) => {
          const ids: ListId[] = [];
          for (const list of lists) {
            const id = await addList(its);
            await its.subscribers.put(
              acme,
              list.map((one) => aPerson(one)),
              [id],
              START,
            );
            ids.push(id);
          }
          expect(addresses(await readAll(ids, limit))).toEqual([...new Set(lists.flat())].sort());
          expect(await its.audiences.count(acme, ids)).toBe(lists.flat().length);
        }),
        { numRuns: runs },
      );
    });

    it('misses nobody who was on a list all the time, though others come and go while it is read', async () => {
      const list = await addList(its);
      const upserts = people(60);
      await its.subscribers.put(acme, upserts, [list], START);
      const gone = upserts.filter((_, i) => i % 6 === 5);
      const read = await readAll([list], 10, async (page) => {
        await its.subscribers.remove(acme, gone[page]!.id);
        await its.subscribers.put(acme, [aPerson(`p00${page}5a@example.com`)], [list], START);
      });
      const stayed = upserts.filter((one) => !gone.includes(one)).map(({ facts }) => facts.email as string);
      expect(addresses(read)).toEqual([...new Set(addresses(read))].sort());
      expect(addresses(read)).toEqual(expect.arrayContaining(stayed));
    });

    it('begins behind the given address, be it there or not', async () => {
      const list = await addList(its);
      await its.subscribers.put(acme, people(3), [list], START);
      const after = async (cursor: string) => addresses(await its.audiences.page(acme, [list], cursor, 10));
      expect(await after('p0001@example.com')).toEqual(['p0002@example.com']);
      expect(await after('p0001')).toEqual(['p0001@example.com', 'p0002@example.com']);
      expect(await after('p0002@example.com')).toEqual([]);
    });

    it('knows no list twice, and nobody of no list', async () => {
      const list = await addList(its);
      await its.subscribers.put(acme, people(3), [list], START);
      expect(await its.audiences.page(acme, [list, list], undefined, 10)).toHaveLength(3);
      expect(await its.audiences.page(acme, [], undefined, 10)).toEqual([]);
      expect(await its.audiences.count(acme, [])).toBe(0);
    });

    it('refuses a list that is not there or not the workspace’s', async () => {
      const [ours, theirs] = [await addList(its), await addList(its, rival)];
      await its.subscribers.put(rival, people(3), [theirs], START);
      for (const wrong of [theirs, nextId<ListId>('lst')]) {
        await expect(its.audiences.page(acme, [ours, wrong], undefined, 10)).rejects.toMatchObject({
          code: 'not_found',
        });
        await expect(its.audiences.count(acme, [ours, wrong])).rejects.toMatchObject({ code: 'not_found' });
      }
    });
  });
}
