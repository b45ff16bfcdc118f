import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  advance,
  type InboxItem,
  type InboxState,
  inboxStates,
} from '#domain/communication/model/inbox-item.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { acme, everyPage, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { describePaging } from '#ports/delivery/testing/paging.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Inbox } from './inbox.js';
import {
  anInboxItem,
  type CommunicationStores,
  type OpenCommunicationStores,
} from './testing/communication-stores.js';

export function describeInboxContract(name: string, open: OpenCommunicationStores): void {
  describe(`Inbox: ${name}`, () => {
    let its: CommunicationStores;
    let inbox: Inbox;
    beforeEach(async () => {
      its = await open();
      inbox = its.inbox;
    });
    afterEach(() => its.close());

    const put = async (change: Partial<InboxItem> = {}): Promise<InboxItem> => {
      const item = anInboxItem(change);
      await inbox.put([item]);
      return item;
    };
    const list = (state?: InboxState, userId = 'anna') =>
      everyPage((after) =>
        inbox.page(acme, userId, state === undefined ? {} : { state }, { limit: 3, after }),
      );
    /** The item one step on, which is not stored. */
    const stepped = (item: InboxItem, to: Exclude<InboxState, 'unseen'>, now: number): InboxItem =>
      advance(item, to, now) ?? item;

    describe('putting', () => {
      it('keeps an item as it is, what is left out left out', async () => {
        const plain = anInboxItem();
        const full = anInboxItem({
          url: 'https://acme.example/?a=1&b="',
          data: { ö: [null, 1.5, '🦉'] },
          title: '',
        });
        expect(await inbox.put([plain, full])).toEqual([plain, full]);
        expect(await inbox.find(acme, plain.id)).toEqual(plain);
        expect(await inbox.find(acme, full.id)).toEqual(full);
        expect(await inbox.put([])).toEqual([]);
      });

      it('makes no second item of a delivery that is known, and answers the one that is kept', async () => {
        const first = await put();
        const seen = await inbox.save(stepped(first, 'seen', START + 1));
        const again = anInboxItem({ deliveryId: first.deliveryId, title: 'Other' });
        const fresh = anInboxItem();
        expect(await inbox.put([again, fresh])).toEqual([seen, fresh]);
        expect(await inbox.find(acme, again.id)).toBeUndefined();
        expect(await list()).toEqual([fresh, seen]);
      });

      it('is put again whole without harm', async () => {
        const item = await put();
        expect(await inbox.put([item, item])).toEqual([item, item]);
        expect(await list()).toEqual([item]);
      });

      it('makes one of a delivery that stands twice in one call', async () => {
        const first = anInboxItem();
        expect(await inbox.put([first, anInboxItem({ deliveryId: first.deliveryId })])).toEqual([
          first,
          first,
        ]);
        expect(await list()).toEqual([first]);
      });

      it('makes one of a delivery that many put at once', async () => {
        const answers = await allAtOnce(12, () => inbox.put([anInboxItem({ deliveryId: 'dlv_1' })]));
        const kept = await list();
        expect(kept).toHaveLength(1);
        expect(answers).toEqual(answers.map(() => kept));
      });

      it('tells the deliveries of two workspaces apart', async () => {
        const ours = await put({ deliveryId: 'dlv_1' });
        const theirs = await put({ deliveryId: 'dlv_1', workspaceId: rival });
        expect(await inbox.find(acme, ours.id)).toEqual(ours);
        expect(await inbox.find(rival, theirs.id)).toEqual(theirs);
        expect(await inbox.find(rival, ours.id)).toBeUndefined();
      });
    });

    describe('saving', () => {
      it('keeps a step forward and answers what is stored', async () => {
        const item = await put();
        const seen = stepped(item, 'seen', START + 1);
        expect(await inbox.save(seen)).toEqual(seen);
        const read = stepped(seen, 'read', START + 2);
        expect(await inbox.save(read)).toEqual(read);
        expect(await inbox.find(acme, item.id)).toEqual(read);
      });

      it('takes no step back, and answers how far it is', async () => {
        const item = await put();
        const read = await inbox.save(stepped(item, 'read', START + 1));
        expect(await inbox.save(stepped(item, 'seen', START + 2))).toEqual(read);
        expect(await inbox.save(stepped(item, 'read', START + 3))).toEqual(read);
        expect(await inbox.save(item)).toEqual(read);
        expect(await inbox.find(acme, item.id)).toEqual(read);
      });

      it('tells, with the step to read and only then, that its delivery was read: once', async () => {
        const dispatchId = 'nin_0000000000000000000000m35n' as DispatchId;
        const item = await put({ deliveryId: deliveryId(dispatchId, 0) });
        const told = { type: 'delivery.reported', workspaceId: acme, dispatchId, ordinal: 0, kind: 'read' };
        await inbox.save(stepped(item, 'seen', START + 1));
        expect(await its.untold()).toEqual([]);
        await allAtOnce(8, (i) => inbox.save(stepped(item, 'read', START + 2 + i)));
        const { readAt } = (await inbox.find(acme, item.id)) ?? {};
        expect(await its.untold()).toEqual([{ ...told, at: readAt }]);
        await inbox.save(stepped(item, 'archived', START + 20));
        expect(await its.untold()).toHaveLength(1);
      });

      it('tells nothing of what was put away unread, or was put by nobody', async () => {
        const unread = await put({
          deliveryId: deliveryId('nin_0000000000000000000000m35n' as DispatchId, 1),
        });
        await inbox.save(stepped(unread, 'archived', START + 1));
        const strange = await put();
        await inbox.save(stepped(strange, 'read', START + 1));
        expect(await its.untold()).toEqual([]);
      });

      it('keeps since when it was seen, for whoever did not know', async () => {
        const item = await put();
        await inbox.save(stepped(item, 'seen', START + 1));
        const archived = await inbox.save(stepped(item, 'archived', START + 2));
        expect(archived).toEqual({ ...item, state: 'archived', seenAt: START + 1, archivedAt: START + 2 });
      });

      it('ends furthest, whoever saves at once', async () => {
        const item = await put();
        const states = ['seen', 'archived', 'read'] as const;
        const answers = await allAtOnce(12, (i) => inbox.save(stepped(item, states[i % 3]!, START + i)));
        const kept = await inbox.find(acme, item.id);
        expect(kept?.state).toBe('archived');
        // The first to archive it has said when.
        expect(
          answers.filter(({ state }) => state === 'archived').map(({ archivedAt }) => archivedAt),
        ).toEqual(answers.filter(({ state }) => state === 'archived').map(() => kept?.archivedAt));
      });

      it('changes nothing of another workspace', async () => {
        const item = await put();
        const stolen = { ...stepped(item, 'read', START), workspaceId: rival };
        await expect(inbox.save(stolen)).rejects.toMatchObject({ code: 'not_found' });
        await expect(inbox.save(anInboxItem())).rejects.toMatchObject({ code: 'not_found' });
        expect(await inbox.find(acme, item.id)).toEqual(item);
      });
    });

    describe('the list of a user', () => {
      it('shows the newest first, without those that are archived', async () => {
        const made: InboxItem[] = [];
        for (const state of [...inboxStates, ...inboxStates]) made.push(await put({ state }));
        await put({ userId: 'ben' });
        await put({ workspaceId: rival });
        expect(await list()).toEqual(made.filter(({ state }) => state !== 'archived').reverse());
        expect(await list(undefined, 'nobody')).toEqual([]);
      });

      it.each(inboxStates)('shows only those that are %s, if asked', async (state) => {
        const made: InboxItem[] = [];
        for (const one of [...inboxStates, ...inboxStates]) made.push(await put({ state: one }));
        expect(await list(state)).toEqual(made.filter((item) => item.state === state).reverse());
      });

      it('moves with every step', async () => {
        const item = await put();
        await inbox.save(stepped(item, 'archived', START + 1));
        expect(await list()).toEqual([]);
        expect(await list('archived')).toHaveLength(1);
      });
    });

    describe('the counts of a user', () => {
      it('are those of the list', async () => {
        for (const state of [...inboxStates, 'seen', 'unseen', 'seen'] as const) await put({ state });
        await put({ userId: 'ben' });
        await put({ workspaceId: rival });
        const [unseen, seen] = [await list('unseen'), await list('seen')];
        expect(await inbox.counts(acme, 'anna')).toEqual({ unseen: 2, unread: 5 });
        expect([unseen.length, seen.length]).toEqual([2, 3]);
        expect(await inbox.counts(acme, 'nobody')).toEqual({ unseen: 0, unread: 0 });
      });

      it('follow every step, many at once', async () => {
        const items = await inbox.put(Array.from({ length: 20 }, () => anInboxItem()));
        await Promise.all(items.map((item, i) => inbox.save(stepped(item, i % 2 ? 'seen' : 'read', START))));
        expect(await inbox.counts(acme, 'anna')).toEqual({ unseen: 0, unread: 10 });
      });
    });

    describe('what has changed since', () => {
      const since = async (cursor: string, limit = 1000): Promise<readonly InboxItem[]> =>
        (await inbox.changesSince(cursor, limit)).items;

      it('is answered the oldest first, of all users, page by page', async () => {
        const start = await inbox.lastChange();
        const made = [
          await put(),
          await put({ userId: 'ben' }),
          await put({ workspaceId: rival }),
          await put(),
        ];
        expect(await since(start)).toEqual(made);
        const first = await inbox.changesSince(start, 2);
        expect(first.items).toEqual(made.slice(0, 2));
        const second = await inbox.changesSince(first.cursor, 10);
        expect(second.items).toEqual(made.slice(2));
        expect(await inbox.changesSince(second.cursor, 10)).toEqual({ items: [], cursor: second.cursor });
        expect(await inbox.lastChange()).toBe(second.cursor);
      });

      it('holds every step forward, with the item as it is now, and nothing that changed nothing', async () => {
        const [one, other] = [await put(), await put({ workspaceId: rival })];
        const cursor = await inbox.lastChange();
        const read = await inbox.save(stepped(one, 'read', START + 1));
        expect(await since(cursor)).toEqual([read]);
        await inbox.save(stepped(one, 'seen', START + 2));
        await inbox.put([one]);
        expect(await since(cursor)).toEqual([read]);
        const seen = await inbox.save(stepped(other, 'seen', START + 3));
        const archived = await inbox.save(stepped(read, 'archived', START + 4));
        // One that changed twice stands where it changed last.
        expect(await since(cursor)).toEqual([seen, archived]);
        expect(await since(await inbox.lastChange())).toEqual([]);
      });

      it('skips nothing for whoever follows while many put and step at once', async () => {
        const items: InboxItem[] = [];
        for (let i = 0; i < 10; i++) items.push(await put());
        const seen = new Map<string, InboxState>();
        let cursor = await inbox.lastChange();
        const follow = async (): Promise<void> => {
          const changes = await inbox.changesSince(cursor, 7);
          for (const { id, state } of changes.items) seen.set(id, state);
          cursor = changes.cursor;
          if (changes.items.length > 0) await follow();
        };
        const changing = allAtOnce(30, async (i) => {
          if (i % 3 > 0) return put();
          return inbox.save(stepped(items[i / 3]!, 'read', START + i));
        });
        for (let turn = 0; turn < 5; turn++) await follow();
        const changed = await changing;
        await follow();
        expect(Object.fromEntries(seen)).toEqual(
          Object.fromEntries(changed.map(({ id, state }) => [id, state])),
        );
      });

      it.each(['put', 'step'] as const)(
        'is hinted at after a %s, to whoever listens, until they stop',
        async (how) => {
          const item = await put();
          let woken = 0;
          const heard = new Promise<void>((resolve) => {
            const stop = inbox.onChanged(() => {
              woken += 1;
              stop();
              resolve();
            });
          });
          if (how === 'put') await put();
          else await inbox.save(stepped(item, 'seen', START));
          await heard;
          await put();
          await inbox.counts(acme, 'anna');
          expect(woken).toBe(1);
        },
      );
    });

    describePaging(async () => {
      const states = ['unseen', 'seen', 'read'] as const;
      const anna = Array.from({ length: 23 }, (_, i) => anInboxItem({ state: states[i % 3]! }));
      await inbox.put(anna.flatMap((item) => [item, anInboxItem({ userId: 'ben' })]));
      return { count: 23, read: (page) => inbox.page(acme, 'anna', {}, page), keyOf: ({ id }) => id };
    });
  });
}
