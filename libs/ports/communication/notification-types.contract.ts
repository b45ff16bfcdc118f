import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import { acme, everyPage, rival } from '#ports/delivery/testing/delivery-stores.js';
import { describePaging } from '#ports/delivery/testing/paging.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { NotificationTypes } from './notification-types.js';
import {
  aType,
  type CommunicationStores,
  moved,
  type OpenCommunicationStores,
} from './testing/communication-stores.js';

export function describeNotificationTypesContract(name: string, open: OpenCommunicationStores): void {
  describe(`NotificationTypes: ${name}`, () => {
    let its: CommunicationStores;
    let types: NotificationTypes;
    beforeEach(async () => {
      its = await open();
      types = its.types;
    });
    afterEach(() => its.close());

    const add = async (change: Partial<NotificationType> = {}): Promise<NotificationType> => {
      const type = aType(change);
      await types.insert(type);
      return type;
    };

    it('gives back a type as it was inserted, what is left out left out', async () => {
      const plain = await add({ type: 'mfa_code' });
      const full = await add({
        type: 'a.b-c_1',
        description: 'Größe "L" – {{x}}',
        fallback: { mode: 'fallback', timeoutMs: 30_000 },
        from: 'Acme Ltd <hello@acme.example>',
        origin: 'gallery:mfa',
      });
      expect(await types.find(acme, 'mfa_code')).toEqual(plain);
      expect(await types.find(acme, 'a.b-c_1')).toEqual(full);
      expect(await types.find(acme, 'mfa')).toBeUndefined();
    });

    it('changes nothing when a name is taken, and says so', async () => {
      const type = aType();
      expect(await types.insert(type)).toBe('inserted');
      expect(await types.insert({ ...type, mandatory: true, revision: 9 })).toBe('exists');
      expect(await types.find(acme, type.type)).toEqual(type);
    });

    it('gives a name once, however many want it at once', async () => {
      const answers = await allAtOnce(12, (i) => types.insert(aType({ description: `by ${i}` })));
      expect(answers.filter((answer) => answer === 'inserted')).toHaveLength(1);
      const winner = answers.indexOf('inserted');
      expect((await types.find(acme, 'receipt'))?.description).toBe(`by ${winner}`);
    });

    it('replaces a type for whoever decided on its latest revision', async () => {
      const before = await add();
      const after = moved(before, { channels: ['email'], mandatory: true });
      expect(await types.save(before, after)).toBe('saved');
      expect(await types.find(acme, before.type)).toEqual(after);
      expect(await types.save(before, moved(before, { lane: 'bulk' }))).toBe('conflict');
      expect(await types.find(acme, before.type)).toEqual(after);
    });

    it('lets exactly one of many that save at once win', async () => {
      const before = await add();
      const answers = await allAtOnce(12, (i) =>
        types.save(before, moved(before, { description: `by ${i}` })),
      );
      expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
      const winner = answers.indexOf('saved');
      expect((await types.find(acme, before.type))?.description).toBe(`by ${winner}`);
    });

    it('has nothing to replace where there is no such type', async () => {
      const never = aType();
      expect(await types.save(never, moved(never, {}))).toBe('conflict');
      expect(await types.find(acme, never.type)).toBeUndefined();
    });

    it('forgets a type that is removed; its name is free again', async () => {
      const type = await add();
      expect(await types.remove(acme, type.type)).toBe(true);
      expect(await types.remove(acme, type.type)).toBe(false);
      expect(await types.find(acme, type.type)).toBeUndefined();
      expect(await types.save(type, moved(type, {}))).toBe('conflict');
      expect(await types.insert(type)).toBe('inserted');
    });

    it('remembers what was removed, though its name was taken again', async () => {
      const type = await add();
      expect(await types.wasRemoved(acme, type.type)).toBe(false);
      await types.remove(acme, 'never_was');
      expect(await types.wasRemoved(acme, 'never_was')).toBe(false);
      await types.remove(acme, type.type);
      expect(await types.wasRemoved(acme, type.type)).toBe(true);
      await types.insert(type);
      expect(await types.wasRemoved(acme, type.type)).toBe(true);
      expect(await types.remove(acme, type.type)).toBe(true);
      expect(await types.wasRemoved(acme, type.type)).toBe(true);
      expect(await types.wasRemoved(rival, type.type)).toBe(false);
    });

    it('shows a workspace nothing of another', async () => {
      const mine = await add();
      expect(await types.find(rival, mine.type)).toBeUndefined();
      expect(await types.remove(rival, mine.type)).toBe(false);
      const stolen = { ...mine, workspaceId: rival };
      expect(await types.save(stolen, moved(stolen, {}))).toBe('conflict');
      expect(await types.insert(stolen)).toBe('inserted');
      expect(await types.find(acme, mine.type)).toEqual(mine);
      expect(await types.page(rival, { limit: 10 })).toEqual({ data: [stolen], next: null });
    });

    it('lists the types in the order of their names', async () => {
      for (const type of ['b', 'a_z', 'a', 'a.z', 'a1', 'ab', 'a-z']) await add({ type });
      const listed = await everyPage((after) => types.page(acme, { limit: 3, after }));
      expect(listed.map(({ type }) => type)).toEqual(['a', 'a-z', 'a.z', 'a1', 'a_z', 'ab', 'b']);
    });

    describePaging(async () => {
      for (let i = 0; i < 23; i++) {
        await add({ type: `t${(i * 7) % 23}` });
        await add({ type: `t${i}`, workspaceId: rival });
      }
      return { count: 23, read: (page) => types.page(acme, page), keyOf: ({ type }) => type };
    });
  });
}
