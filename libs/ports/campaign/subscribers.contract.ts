import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import { ATTRIBUTES_LIMIT, type SubscriberId } from '#domain/campaign/model/subscriber.js';
import {
  acme,
  addList,
  allAtOnce,
  aPerson,
  type CampaignStores,
  everyPage,
  nextId,
  type OpenCampaignStores,
  people,
  rival,
  START,
} from './testing/campaign-stores.js';
import type { Upsert } from './subscribers.js';

const LATER = START + 60_000;

export function describeSubscribersContract(name: string, open: OpenCampaignStores): void {
  describe(`Subscribers: ${name}`, () => {
    let its: CampaignStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const put = (upserts: readonly Upsert[], now = START) => its.subscribers.put(acme, upserts, [], now);
    const putOne = async (upsert: Upsert, now = START) => (await put([upsert], now))[0]!;
    const anna = (facts: Parameters<typeof aPerson>[1] = {}) => aPerson('anna@example.com', facts);
    const membersOf = async (listId: Parameters<typeof its.subscribers.page>[1]) =>
      (await everyPage((after) => its.subscribers.page(acme, listId, { limit: 100, after }))).map(
        ({ email }) => email,
      );

    describe('putting', () => {
      it('makes a person of what is said', async () => {
        const upsert = anna({
          name: 'Anna "A" Åberg',
          locale: 'sv',
          timezone: 'Europe/Stockholm',
          attributes: { a: [1, { b: null }] },
        });
        const made = await putOne(upsert);
        expect(made).toEqual({
          created: true,
          subscriber: {
            id: upsert.id,
            workspaceId: acme,
            email: 'anna@example.com',
            name: 'Anna "A" Åberg',
            locale: 'sv',
            timezone: 'Europe/Stockholm',
            attributes: { a: [1, { b: null }] },
            createdAt: START,
            updatedAt: START,
          },
        });
        expect(await its.subscribers.find(acme, upsert.id)).toEqual(made.subscriber);
        expect(await its.subscribers.findByAddress(acme, upsert.facts.email)).toEqual(made.subscriber);
      });

      it('leaves out what nobody said', async () => {
        const { subscriber } = await putOne(anna());
        expect(Object.keys(subscriber).sort()).toEqual(
          ['attributes', 'createdAt', 'email', 'id', 'updatedAt', 'workspaceId'].sort(),
        );
        expect(subscriber.attributes).toEqual({});
      });

      it('merges what is said into what is known, attributes key by key', async () => {
        const first = await putOne(
          anna({ name: 'Anna', locale: 'sv', attributes: { city: 'Malmö', tags: { a: 1 } } }),
        );
        const again = await putOne(
          anna({ name: 'Anna Å', timezone: 'UTC', attributes: { plan: 'pro', tags: { b: 2 } } }),
          LATER,
        );
        expect(again).toEqual({
          created: false,
          subscriber: {
            ...first.subscriber,
            name: 'Anna Å',
            timezone: 'UTC',
            attributes: { city: 'Malmö', plan: 'pro', tags: { b: 2 } },
            updatedAt: LATER,
          },
        });
        expect(await its.subscribers.find(acme, first.subscriber.id)).toEqual(again.subscriber);
      });

      it('changes nothing but the time when it is done again, under the same id or another', async () => {
        const upsert = anna({ name: 'Anna', attributes: { city: 'Malmö' } });
        const { subscriber } = await putOne(upsert);
        for (const same of [upsert, { ...upsert, id: nextId<SubscriberId>('sub') }]) {
          const again = await putOne(same, LATER);
          expect(again).toEqual({ created: false, subscriber: { ...subscriber, updatedAt: LATER } });
        }
      });

      it('takes a batch in its order, somebody who stands in it twice included', async () => {
        const batch = [
          anna({ name: 'first', attributes: { a: 1 } }),
          aPerson('bo@example.com'),
          anna({ name: 'second', attributes: { b: 2 } }),
        ];
        const answers = await put(batch);
        expect(answers.map(({ created, subscriber }) => [created, subscriber.email])).toEqual([
          [true, 'anna@example.com'],
          [true, 'bo@example.com'],
          [false, 'anna@example.com'],
        ]);
        expect(await its.subscribers.find(acme, batch[0]!.id)).toMatchObject({
          name: 'second',
          attributes: { a: 1, b: 2 },
        });
        expect(await put([])).toEqual([]);
      });

      it('makes one person of an address, however many put it at once', async () => {
        const answers = await allAtOnce(20, (i) => putOne(anna({ attributes: { [`key${i}`]: i } })));
        expect(answers.filter(({ created }) => created)).toHaveLength(1);
        expect(new Set(answers.map(({ subscriber }) => subscriber.id)).size).toBe(1);
        const { data } = await its.subscribers.page(acme, undefined, { limit: 10 });
        expect(data).toHaveLength(1);
        expect(Object.keys(data[0]!.attributes)).toHaveLength(20);
      });

      it('makes one person of each address when batches overlap at once', async () => {
        const answers = (await allAtOnce(6, (i) => put(people(30, i * 10)))).flat();
        expect(answers.filter(({ created }) => created)).toHaveLength(80);
        expect(await membersOf(undefined)).toHaveLength(80);
      });

      it('takes an address of each workspace for a person of its own', async () => {
        const ours = await putOne(anna({ name: 'ours' }));
        const [theirs] = await its.subscribers.put(rival, [anna({ name: 'theirs' })], [], START);
        expect(theirs?.created).toBe(true);
        expect(await its.subscribers.findByAddress(acme, ours.subscriber.email)).toEqual(ours.subscriber);
        expect(await its.subscribers.findByAddress(rival, ours.subscriber.email)).toEqual(theirs?.subscriber);
      });

      it('refuses attributes that would grow past their limit by the merge, and keeps what was known', async () => {
        const half = 'x'.repeat(ATTRIBUTES_LIMIT * 0.6);
        const { subscriber } = await putOne(anna({ name: 'Anna', attributes: { a: half } }));
        await expect(put([anna({ name: 'B', attributes: { b: half } })], LATER)).rejects.toMatchObject({
          code: 'validation_failed',
          faults: [{ pointer: '/attributes', code: 'too_large' }],
        });
        expect(await its.subscribers.find(acme, subscriber.id)).toEqual(subscriber);
        expect((await putOne(anna({ attributes: { a: 'short', b: half } }))).subscriber.attributes).toEqual({
          a: 'short',
          b: half,
        });
      });
    });

    describe('lists', () => {
      it('are joined by putting, once, and left by none', async () => {
        const [one, other] = [await addList(its), await addList(its)];
        await its.subscribers.put(acme, [anna(), aPerson('bo@example.com')], [one, other, one], START);
        await its.subscribers.put(acme, [anna()], [one], LATER);
        await put([anna()]);
        expect(await membersOf(one)).toEqual(['anna@example.com', 'bo@example.com']);
        expect(await membersOf(other)).toEqual(['anna@example.com', 'bo@example.com']);
        expect(await its.audiences.count(acme, [one])).toBe(2);
      });

      it('count right when many join at once', async () => {
        const list = await addList(its);
        await allAtOnce(8, (i) => its.subscribers.put(acme, people(20, i * 5), [list], START));
        expect(await its.audiences.count(acme, [list])).toBe(55);
        expect(await membersOf(list)).toHaveLength(55);
      });

      it('must be there and the workspace’s own: otherwise nobody is put', async () => {
        const [ours, theirs] = [await addList(its), await addList(its, rival)];
        for (const wrong of [theirs, nextId<typeof theirs>('lst')]) {
          await expect(its.subscribers.put(acme, [anna()], [ours, wrong], START)).rejects.toMatchObject({
            code: 'not_found',
          });
          await expect(its.subscribers.page(acme, wrong, { limit: 5 })).rejects.toMatchObject({
            code: 'not_found',
          });
        }
        expect(await membersOf(undefined)).toEqual([]);
        expect(await membersOf(ours)).toEqual([]);
      });
    });

    describe('replacing', () => {
      it('changes all but the address, what is left out included', async () => {
        const { subscriber } = await putOne(anna({ name: 'Anna', locale: 'sv', attributes: { a: 1 } }));
        const { id, workspaceId, email, createdAt } = subscriber;
        const bare = {
          id,
          workspaceId,
          email,
          createdAt,
          attributes: { b: 2 },
          timezone: 'UTC',
          updatedAt: LATER,
        };
        const moved = { ...bare, email: 'other@example.com' as EmailAddress };
        expect(await its.subscribers.replace(moved)).toBe(true);
        expect(await its.subscribers.find(acme, id)).toEqual(bare);
        expect(await its.subscribers.findByAddress(acme, email)).toEqual(bare);
        expect(await its.subscribers.findByAddress(acme, moved.email)).toBeUndefined();
      });

      it('of a person who is not there, or not ours, changes nothing', async () => {
        const { subscriber } = await putOne(anna());
        expect(await its.subscribers.replace({ ...subscriber, id: nextId<SubscriberId>('sub') })).toBe(false);
        expect(await its.subscribers.replace({ ...subscriber, workspaceId: rival, name: 'mine' })).toBe(
          false,
        );
        expect(await its.subscribers.find(acme, subscriber.id)).toEqual(subscriber);
      });
    });

    describe('removing', () => {
      it('takes the person off every list', async () => {
        const [one, other] = [await addList(its), await addList(its)];
        const [put] = await its.subscribers.put(
          acme,
          [anna(), aPerson('bo@example.com')],
          [one, other],
          START,
        );
        expect(await its.subscribers.remove(acme, put!.subscriber.id)).toBe(true);
        expect(await its.subscribers.find(acme, put!.subscriber.id)).toBeUndefined();
        expect(await its.subscribers.findByAddress(acme, put!.subscriber.email)).toBeUndefined();
        for (const list of [one, other]) {
          expect(await membersOf(list)).toEqual(['bo@example.com']);
          expect(await its.audiences.count(acme, [list])).toBe(1);
        }
      });

      it('is of one person: who comes again under the address is another, and on no list', async () => {
        const list = await addList(its);
        const [first] = await its.subscribers.put(acme, [anna({ attributes: { a: 1 } })], [list], START);
        await its.subscribers.remove(acme, first!.subscriber.id);
        const again = await putOne(anna(), LATER);
        expect(again.created).toBe(true);
        expect(again.subscriber.id).not.toBe(first!.subscriber.id);
        expect(again.subscriber.attributes).toEqual({});
        expect(await membersOf(list)).toEqual([]);
      });

      it('happens once, however many ask at once, and never to another workspace’s people', async () => {
        const list = await addList(its);
        const [{ subscriber } = (await putOne(anna()))!] = await its.subscribers.put(
          acme,
          [anna()],
          [list],
          START,
        );
        expect(await its.subscribers.remove(rival, subscriber.id)).toBe(false);
        const answers = await allAtOnce(8, () => its.subscribers.remove(acme, subscriber.id));
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect(await its.audiences.count(acme, [list])).toBe(0);
      });
    });

    it('shows a workspace nothing of another', async () => {
      const { subscriber } = await putOne(anna());
      expect(await its.subscribers.find(rival, subscriber.id)).toBeUndefined();
      expect(await its.subscribers.findByAddress(rival, subscriber.email)).toBeUndefined();
      expect(await its.subscribers.page(rival, undefined, { limit: 5 })).toEqual({ data: [], next: null });
    });

    it('lists in ascending order of address, page by page, each once', async () => {
      const list = await addList(its);
      const addresses = ['b', 'a', "o'brien", '"a b"', '+z', '{x}', '0', 'zz', 'a.b'].map(
        (local) => `${local}@example.com`,
      );
      await its.subscribers.put(
        acme,
        addresses.map((address) => aPerson(address)),
        [list],
        START,
      );
      await put([aPerson('only@workspace.example')]);
      const ordered = [...addresses].sort();
      for (const limit of [1, 2, 4, 200]) {
        const listed = await everyPage((after) => its.subscribers.page(acme, list, { limit, after }));
        expect(listed.map(({ email }) => email)).toEqual(ordered);
      }
      expect(await membersOf(undefined)).toEqual([...ordered, 'only@workspace.example'].sort());
      expect(await its.subscribers.page(acme, list, { limit: 9 })).toMatchObject({ next: null });
    });
  });
}
