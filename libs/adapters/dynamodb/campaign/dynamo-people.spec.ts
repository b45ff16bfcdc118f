import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { CampaignId, ListId } from '#domain/campaign/model/campaign.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import {
  acme,
  addList,
  allAtOnce,
  anImport,
  aPerson,
  type CampaignStores,
  START,
} from '#ports/campaign/testing/campaign-stores.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoPeople, MOST_LISTS_AT_ONCE } from './dynamo-people.js';
import { SHARDS, shardOf } from './people-items.js';
import { campaignStores } from './testing/campaign-stores.js';

const dynamo = OneDynamo.forThisFile();
const ANNA = 'anna@example.com' as EmailAddress;

describe('people on DynamoDB', () => {
  let its: CampaignStores;
  beforeEach(async () => {
    await dynamo.fresh();
    its = campaignStores(dynamo, new DrivenClock(START));
  });

  const another = () => campaignStores(dynamo, new DrivenClock(START));
  const lists = async (count: number): Promise<ListId[]> => {
    const made: ListId[] = [];
    for (let i = 0; i < count; i += 1) made.push(await addList(its));
    return made;
  };
  /** The members of a list; its count and the accounts of the first of them have to say the same. */
  const membersOf = async (list: ListId): Promise<string[]> => {
    const { data } = await its.subscribers.page(acme, list, { limit: 200 });
    expect(await its.audiences.count(acme, [list])).toBe(data.length);
    for (const { email } of data.slice(0, 5)) {
      const of = await its.memberships.of(acme, email);
      expect(of).toContainEqual(expect.objectContaining({ listId: list, state: 'joined' }));
    }
    return data.map(({ email }) => email);
  };

  it('are in order of their bytes, though they are in many partitions and written with our own signs', async () => {
    const [list] = await lists(1);
    const locals = ['a#b', 'a$b', 'a%b', 'a%23b', 'a%25b', 'a&b', '#', '%', '$', 'a', 'a-', 'b', '~'];
    const addresses = [...locals, ...[...Array(20).keys()].map((i) => `m${i}`)].map(
      (one) => `${one}@example.com`,
    );
    await its.subscribers.put(
      acme,
      addresses.map((one) => aPerson(one)),
      [list!],
      START,
    );
    expect(new Set(addresses.map(shardOf)).size).toBeGreaterThan(SHARDS / 2);
    expect(await membersOf(list!)).toEqual([...addresses].sort());
    const audience = await its.audiences.page(acme, [list!], 'a#b@example.com', 3);
    expect(audience.map(({ address }) => address)).toEqual([
      'a$b@example.com',
      'a%23b@example.com',
      'a%25b@example.com',
    ]);
  });

  it('are each once in the audience of lists that they are all on, page by page', async () => {
    const both = await lists(2);
    const addresses = [...Array(12).keys()].map((i) => `p${i + 10}@example.com`);
    await its.subscribers.put(
      acme,
      addresses.map((one) => aPerson(one)),
      both,
      START,
    );
    for (const limit of [5, 12]) {
      const read: string[] = [];
      for (let page = [''], turns = 0; page.length > 0 && turns < 20; turns += 1) {
        page = (await its.audiences.page(acme, both, read.at(-1), limit)).map(({ address }) => address);
        read.push(...page);
      }
      expect(read).toEqual(addresses);
    }
  });

  it('are counted once when the answer to what was done is lost', async () => {
    const [list] = await lists(1);
    const losing = () => dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 2 });
    losing();
    const [made] = await its.subscribers.put(acme, [aPerson(ANNA)], [list!], START);
    expect(made?.created).toBe(true);
    expect(await membersOf(list!)).toEqual([ANNA]);
    losing();
    await its.memberships.leave(acme, ANNA, list!, START);
    expect(await membersOf(list!)).toEqual([]);
    losing();
    await its.memberships.rejoin(acme, ANNA, list!);
    expect(await membersOf(list!)).toEqual([ANNA]);
    losing();
    expect(await its.subscribers.remove(acme, made!.subscriber.id)).toBe(true);
    expect(await membersOf(list!)).toEqual([]);
  });

  it('keep their lists, their places in them and the counts in step, whatever two processes do at once', async () => {
    const [one, other] = (await lists(2)) as [ListId, ListId];
    const both = [its, another()];
    const addresses = [...Array(5).keys()].map((i) => `p${i}@example.com` as EmailAddress);
    await allAtOnce(40, async (i) => {
      const stores = both[i % 2]!;
      const address = addresses[i % 5]!;
      const person = await stores.subscribers.findByAddress(acme, address);
      if (i % 4 === 0) return stores.subscribers.put(acme, [aPerson(address)], [one, other], START);
      if (i % 4 === 1 && person) return stores.subscribers.remove(acme, person.id);
      if (i % 4 === 2) return stores.memberships.leave(acme, address, one, START);
      return stores.memberships.rejoin(acme, address, one);
    });
    const [first, second] = [await membersOf(one), await membersOf(other)];
    for (const address of addresses) {
      const joined = (await its.memberships.of(acme, address))
        .filter(({ state }) => state === 'joined')
        .map(({ listId }) => listId);
      expect([joined.includes(one), joined.includes(other)]).toEqual([
        first.includes(address),
        second.includes(address),
      ]);
    }
    expect(second.length).toBeGreaterThan(0);
  });

  it('do not come back to a list that they leave while an import of another process puts them on it', async () => {
    const [list] = await lists(1);
    const addresses = [...Array(12).keys()].map((i) => `p${i}@example.com` as EmailAddress);
    await its.subscribers.put(
      acme,
      addresses.map((one) => aPerson(one)),
      [list!],
      START,
    );
    const before = anImport({ listIds: [list!] });
    await its.imports.insert(before);
    const rows = addresses.map((one, i) => ({ ...aPerson(one), line: i + 2 }));
    const leaving = addresses.filter((_, i) => i % 4 === 0);
    await Promise.all([
      another().imports.commit({ before, after: { ...before, status: 'finished' }, rows, faults: [] }),
      ...leaving.map((one) => its.memberships.leave(acme, one, list!, START)),
    ]);
    expect(await membersOf(list!)).toEqual(addresses.filter((one) => !leaving.includes(one)).sort());
  });

  describe('on more lists than one step can write', () => {
    it('are on all of them, and off all of them', async () => {
      const many = await lists(MOST_LISTS_AT_ONCE + 5);
      const [made] = await its.subscribers.put(acme, [aPerson(ANNA), aPerson('bo@example.com')], many, START);
      expect(await its.audiences.count(acme, many)).toBe(2 * many.length);
      expect(await its.subscribers.remove(acme, made!.subscriber.id)).toBe(true);
      expect(await its.audiences.count(acme, many)).toBe(many.length);
      expect(await membersOf(many.at(-1)!)).toEqual(['bo@example.com']);
      expect(await its.memberships.of(acme, ANNA)).toEqual([]);
    });

    it('join the rest when it is done again after a death between the steps, by an import as well', async () => {
      const many = await lists(MOST_LISTS_AT_ONCE + 3);
      const before = anImport({ listIds: many });
      await its.imports.insert(before);
      const rows = [{ ...aPerson(ANNA), line: 2 }];
      const dying = new DynamoPeople(dynamo.table(), new CryptoRandomness());
      const listIds = many.slice(0, MOST_LISTS_AT_ONCE);
      await dying.take(rows, { workspaceId: acme, listIds, now: START, importId: before.id });
      const after = { ...before, status: 'finished', rows: 1 } as const;
      expect(await its.imports.commit({ before, after, rows, faults: [] })).toMatchObject({
        created: 1,
        updated: 0,
      });
      expect(await its.memberships.of(acme, ANNA)).toHaveLength(many.length);
      expect(await its.audiences.count(acme, many)).toBe(many.length);
    });
  });

  it.each(['', '#'.repeat(1_000), '€'.repeat(1_000)])(
    'are not on a list that cannot be: %#',
    async (text) => {
      const wrong = text as ListId;
      const gone = { code: 'not_found' };
      await expect(its.subscribers.put(acme, [aPerson(ANNA)], [wrong], START)).rejects.toMatchObject(gone);
      await expect(its.subscribers.page(acme, wrong, { limit: 5 })).rejects.toMatchObject(gone);
      await expect(its.audiences.count(acme, [wrong])).rejects.toMatchObject(gone);
      expect(await its.lists.find(acme, wrong)).toBeUndefined();
      expect(await its.campaigns.find(acme, text as CampaignId)).toBeUndefined();
      expect(await its.subscribers.find(acme, text as SubscriberId)).toBeUndefined();
      await its.memberships.leave(acme, ANNA, wrong, START);
      expect(await its.memberships.of(acme, ANNA)).toEqual([]);
    },
  );

  it('have ids of their own: a second person does not get one that is taken', async () => {
    const anna = aPerson(ANNA);
    await its.subscribers.put(acme, [anna], [], START);
    const bo = { ...aPerson('bo@example.com'), id: anna.id };
    await expect(its.subscribers.put(acme, [bo], [], START)).rejects.toThrow('Another person has the id.');
    expect(await its.subscribers.findByAddress(acme, bo.facts.email)).toBeUndefined();
    expect(await its.unsubscribes.addressOf(acme, anna.id)).toBe(ANNA);
  });
});
