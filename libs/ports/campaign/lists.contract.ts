import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { List } from '#domain/campaign/model/subscriber.js';
import {
  acme,
  aList,
  allAtOnce,
  aPerson,
  type CampaignStores,
  everyPage,
  type OpenCampaignStores,
  rival,
  START,
} from './testing/campaign-stores.js';

export function describeListsContract(name: string, open: OpenCampaignStores): void {
  describe(`Lists: ${name}`, () => {
    let its: CampaignStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    it('gives back a list as it was inserted', async () => {
      const list = aList({ name: 'Läser\'s "digest" 📬' });
      await its.lists.insert(list);
      expect(await its.lists.find(acme, list.id)).toEqual(list);
    });

    it('changes nothing when the id is known already, its members included', async () => {
      const list = aList();
      await its.lists.insert(list);
      await its.subscribers.put(acme, [aPerson('anna@example.com')], [list.id], START);
      await allAtOnce(5, (i) => its.lists.insert({ ...list, name: `other ${i}` }));
      expect(await its.lists.find(acme, list.id)).toEqual(list);
      expect(await its.audiences.count(acme, [list.id])).toBe(1);
    });

    it('has any number of lists of one name', async () => {
      await its.lists.insert(aList({ name: 'same' }));
      await its.lists.insert(aList({ name: 'same' }));
      expect((await its.lists.page(acme, { limit: 10 })).data).toHaveLength(2);
    });

    it('shows a workspace nothing of another', async () => {
      const list = aList();
      await its.lists.insert(list);
      expect(await its.lists.find(rival, list.id)).toBeUndefined();
      expect(await its.lists.page(rival, { limit: 10 })).toEqual({ data: [], next: null });
    });

    it('lists the oldest first, page by page, each once', async () => {
      const made: List[] = [];
      for (let i = 0; i < 7; i++) made.push(aList({ name: `${9 - i}` }));
      for (const list of made) await its.lists.insert(list);
      await its.lists.insert(aList({ workspaceId: rival }));
      expect(await everyPage((after) => its.lists.page(acme, { limit: 3, after }))).toEqual(made);
      expect(await its.lists.page(acme, { limit: 7 })).toMatchObject({ next: null });
    });
  });
}
