import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { MOST_MEMBERSHIPS } from './memberships.js';
import {
  acme,
  aList,
  allAtOnce,
  anImport,
  aPerson,
  type CampaignStores,
  type OpenCampaignStores,
  rival,
  START,
} from './testing/campaign-stores.js';

const ANNA = 'anna@example.com' as EmailAddress;

export function describeMembershipsContract(name: string, open: OpenCampaignStores): void {
  describe(`Memberships: ${name}`, () => {
    let its: CampaignStores;
    let news: ListId;
    let offers: ListId;
    beforeEach(async () => {
      its = await open();
      news = await add('News');
      offers = await add('Offers');
    });
    afterEach(() => its.close());

    const add = async (called: string, workspaceId: WorkspaceId = acme): Promise<ListId> => {
      const list = aList({ name: called, workspaceId });
      await its.lists.insert(list);
      return list.id;
    };
    const put = (address: string, ...lists: ListId[]) =>
      its.subscribers.put(acme, [aPerson(address)], lists, START);
    const imported = async (...addresses: string[]): Promise<void> => {
      const before = anImport({ listIds: [news] });
      await its.imports.insert(before);
      const rows = addresses.map((address, i) => ({ ...aPerson(address), line: i + 2 }));
      await its.imports.commit({ before, after: { ...before, status: 'finished' }, rows, faults: [] });
    };
    const statesOf = async (address: EmailAddress = ANNA, workspaceId = acme) =>
      (await its.memberships.of(workspaceId, address)).map(({ name: list, state }) => `${list} ${state}`);
    const audience = async (...lists: ListId[]) => {
      const page = await its.audiences.page(acme, lists, undefined, 100);
      const count = await its.audiences.count(acme, lists);
      expect(count).toBe(page.length);
      return page.map(({ address }) => address);
    };

    it('are the lists that somebody is on, and no others', async () => {
      await put(ANNA, news);
      await put('ben@example.com', news, offers);
      expect(await its.memberships.of(acme, ANNA)).toEqual([{ listId: news, name: 'News', state: 'joined' }]);
      expect(await statesOf('nobody@example.com' as EmailAddress)).toEqual([]);
    });

    it('end with the wish to leave one, and that list alone', async () => {
      await put(ANNA, news, offers);
      await put('ben@example.com', news);
      await its.memberships.leave(acme, ANNA, news, START + 1);
      expect(await statesOf()).toEqual(['News left', 'Offers joined']);
      expect(await audience(news)).toEqual(['ben@example.com']);
      expect(await audience(offers)).toEqual([ANNA]);
    });

    it('do not begin again because somebody else says so: by request, by import, as somebody new', async () => {
      await put(ANNA, news);
      await its.memberships.leave(acme, ANNA, news, START + 1);
      await put(ANNA, news, offers);
      await imported(ANNA, 'ben@example.com');
      expect(await statesOf()).toEqual(['News left', 'Offers joined']);
      const { data } = await its.subscribers.page(acme, undefined, { limit: 10 });
      const { id } = data.find(({ email }) => email === ANNA)!;
      await its.subscribers.remove(acme, id);
      expect(await statesOf()).toEqual(['News left']);
      await imported(ANNA);
      await put(ANNA, news);
      expect(await statesOf()).toEqual(['News left']);
      expect(await audience(news)).toEqual(['ben@example.com']);
    });

    it('begin again with the wish to come back', async () => {
      await put(ANNA, news);
      await its.memberships.leave(acme, ANNA, news, START + 1);
      await its.memberships.rejoin(acme, ANNA, news);
      expect(await statesOf()).toEqual(['News joined']);
      expect(await audience(news)).toEqual([ANNA]);
      await its.memberships.leave(acme, ANNA, news, START + 2);
      expect(await statesOf()).toEqual(['News left']);
    });

    it('cannot be had by coming back to where one never was', async () => {
      await put(ANNA, news);
      await its.memberships.rejoin(acme, ANNA, offers);
      expect(await statesOf()).toEqual(['News joined']);
      expect(await audience(offers)).toEqual([]);
    });

    it('cannot be left where there are none: a later request makes one', async () => {
      await put(ANNA, news);
      await its.memberships.leave(acme, ANNA, offers, START + 1);
      expect(await statesOf()).toEqual(['News joined']);
      await put(ANNA, offers);
      expect(await statesOf()).toEqual(['News joined', 'Offers joined']);
    });

    it('of somebody who has been removed: coming back only forgets that they had left', async () => {
      const [made] = await put(ANNA, news);
      await its.memberships.leave(acme, ANNA, news, START + 1);
      await its.subscribers.remove(acme, made!.subscriber.id);
      await its.memberships.rejoin(acme, ANNA, news);
      expect(await statesOf()).toEqual([]);
      expect(await audience(news)).toEqual([]);
      await put(ANNA, news);
      expect(await statesOf()).toEqual(['News joined']);
    });

    it('are counted right when many leave, come back and are imported at once', async () => {
      const people = Array.from({ length: 6 }, (_, i) => `p${i}@example.com` as EmailAddress);
      for (const one of people) await put(one, news);
      await allAtOnce(60, (i) => {
        const one = people[i % 6]!;
        if (i % 3 === 0) return its.memberships.leave(acme, one, news, START + i);
        return i % 3 === 1 ? its.memberships.rejoin(acme, one, news) : imported(one);
      });
      for (const one of people) await its.memberships.leave(acme, one, news, START + 99);
      expect(await audience(news)).toEqual([]);
      for (const one of people.slice(0, 2)) await its.memberships.rejoin(acme, one, news);
      expect(await audience(news)).toEqual(people.slice(0, 2));
    });

    it('are those of their own workspace', async () => {
      const theirs = await add('Theirs', rival);
      await its.subscribers.put(rival, [aPerson(ANNA)], [theirs], START);
      await put(ANNA, news);
      await its.memberships.leave(acme, ANNA, theirs, START + 1);
      expect(await statesOf(ANNA, rival)).toEqual(['Theirs joined']);
      await its.memberships.leave(rival, ANNA, theirs, START + 1);
      await its.memberships.rejoin(acme, ANNA, theirs);
      expect(await statesOf(ANNA, rival)).toEqual(['Theirs left']);
      expect(await statesOf()).toEqual(['News joined']);
    });

    it(`are answered up to ${MOST_MEMBERSHIPS}`, async () => {
      const lists: ListId[] = [];
      for (let i = 0; i <= MOST_MEMBERSHIPS; i++) lists.push(await add(`L${i}`));
      await put(ANNA, ...lists);
      expect(await statesOf()).toHaveLength(MOST_MEMBERSHIPS);
    });
  });
}
