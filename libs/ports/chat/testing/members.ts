import { describe, expect, it } from '@jest/globals';
import { type Conversation, MOST_MEMBERS } from '#domain/chat/model/conversation.js';
import { everyPage, START } from '#ports/delivery/testing/delivery-stores.js';
import { describePaging } from '#ports/delivery/testing/paging.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Conversations } from '../conversations.js';
import { aConversation, aMember, append, appendMany, type ChatStores, numbers } from './chat-stores.js';

export function describeMembers(stores: () => ChatStores): void {
  describe('members', () => {
    const conversations = () => stores().conversations;
    const open = (...users: string[]): Promise<Conversation> =>
      aConversation()
        .with('anna', ...users)
        .openedIn(stores());
    const people = (count: number): string[] => numbers(1, count).map((i) => `user ${i}`);
    const ids = async (of: Conversation) => [...(await conversations().userIds(of.id))].sort();
    const listed = (of: Conversation) =>
      everyPage((after) => conversations().members(of.id, { limit: 3, after }));

    it('are those it was opened with', async () => {
      const of = await open('ben', 'cleo');
      expect(await conversations().memberOf(of.id, 'anna')).toEqual(aMember(of, 'anna', { role: 'owner' }));
      expect(await conversations().memberOf(of.id, 'ben')).toEqual(aMember(of, 'ben'));
      expect(await conversations().memberOf(of.id, 'dora')).toBeUndefined();
      expect(await ids(of)).toEqual(['anna', 'ben', 'cleo']);
      expect((await listed(of)).map(({ userId }) => userId).sort()).toEqual(['anna', 'ben', 'cleo']);
    });

    it('are none of a conversation that is not there', async () => {
      const of = aConversation().build();
      await conversations().putMember(aMember(of, 'ben'));
      await conversations().removeMember(of.id, 'ben', START);
      expect(await conversations().memberOf(of.id, 'ben')).toBeUndefined();
      expect(await ids(of)).toEqual([]);
      expect(await listed(of)).toEqual([]);
    });

    it('who are added have read what was said before', async () => {
      const of = await open();
      await appendMany(stores(), of, 3);
      await conversations().putMember(
        aMember(of, 'dora', { role: 'admin', joinedAt: START + 7, readSeq: 1 }),
      );
      const dora = aMember(of, 'dora', { role: 'admin', joinedAt: START + 7, deliveredSeq: 3, readSeq: 3 });
      expect(await conversations().memberOf(of.id, 'dora')).toEqual(dora);
      expect(await ids(of)).toEqual(['anna', 'dora']);
    });

    it('get another role or mute, and keep their marks and since when they are there', async () => {
      const of = await open('ben');
      await appendMany(stores(), of, 3);
      await stores().log.advance(of.id, 'ben', { readSeq: 2 });
      const put = (change: Parameters<typeof aMember>[2]) =>
        conversations().putMember(aMember(of, 'ben', change));
      const kept = { joinedAt: of.createdAt, deliveredSeq: 2, readSeq: 2 };
      await put({ role: 'admin', mutedUntil: START + 5, joinedAt: START + 9e6, readSeq: 0 });
      expect(await conversations().memberOf(of.id, 'ben')).toEqual(
        aMember(of, 'ben', { ...kept, role: 'admin', mutedUntil: START + 5 }),
      );
      await put({ readSeq: 3 });
      expect(await conversations().memberOf(of.id, 'ben')).toEqual(aMember(of, 'ben', kept));
    });

    it('who are removed are gone from every list, and removing them twice is once', async () => {
      const of = await open('ben', 'cleo');
      await append(stores(), of);
      await allAtOnce(5, () => conversations().removeMember(of.id, 'ben', START));
      expect(await conversations().memberOf(of.id, 'ben')).toBeUndefined();
      expect(await ids(of)).toEqual(['anna', 'cleo']);
      expect((await listed(of)).map(({ userId }) => userId).sort()).toEqual(['anna', 'cleo']);
      expect(await conversations().ofUser(of.workspaceId, 'ben', { limit: 5 })).toEqual({
        data: [],
        next: null,
      });
      expect(await stores().log.advance(of.id, 'ben', { readSeq: 1 })).toBeUndefined();
    });

    it('who come back begin anew', async () => {
      const of = await open('ben');
      await conversations().removeMember(of.id, 'ben', START);
      await appendMany(stores(), of, 2);
      await conversations().putMember(aMember(of, 'ben', { joinedAt: START + 9 }));
      expect(await conversations().memberOf(of.id, 'ben')).toEqual(
        aMember(of, 'ben', { joinedAt: START + 9, deliveredSeq: 2, readSeq: 2 }),
      );
    });

    it('fill a conversation exactly, however many are added at once', async () => {
      const most = MOST_MEMBERS.group;
      const of = await open(...people(most - 6));
      const put = (userId: string) =>
        conversations()
          .putMember(aMember(of, userId))
          .then(
            () => 'put',
            (error: { code: string }) => error.code,
          );
      const answers = await allAtOnce(20, (i) => put(`late ${i}`));
      expect(answers.filter((answer) => answer === 'put')).toHaveLength(5);
      expect(answers.filter((answer) => answer === 'validation_failed')).toHaveLength(15);
      expect(await ids(of)).toHaveLength(most);
      // Who is there may be changed, and whose place is free may be taken.
      expect(await put('user 1')).toBe('put');
      await allAtOnce(3, () => conversations().removeMember(of.id, 'user 1', START));
      expect([await put('one more'), await put('and one')]).toEqual(['put', 'validation_failed']);
    });

    it('are two of a direct conversation', async () => {
      const of = await aConversation().between('anna', 'ben').openedIn(stores());
      const third = conversations().putMember(aMember(of, 'cleo'));
      await expect(third).rejects.toMatchObject({ name: 'Refusal', code: 'validation_failed' });
      expect(await ids(of)).toEqual(['anna', 'ben']);
    });

    it('are one when the same is added many times at once', async () => {
      const of = await open(...people(MOST_MEMBERS.group - 2));
      await allAtOnce(10, () => conversations().putMember(aMember(of, 'dora')));
      expect(await ids(of)).toHaveLength(MOST_MEMBERS.group);
    });

    it('are changed in what is named, and in nothing else', async () => {
      const of = await open('ben');
      await appendMany(stores(), of, 2);
      await stores().log.advance(of.id, 'ben', { readSeq: 1 });
      const marks = { deliveredSeq: 1, readSeq: 1 };
      const change = (what: Parameters<Conversations['changeMember']>[2]) =>
        conversations().changeMember(of.id, 'ben', what);
      const admin = aMember(of, 'ben', { ...marks, role: 'admin' });
      expect(await change({ role: 'admin' })).toEqual(admin);
      expect(await change({ mutedUntil: START + 9 })).toEqual({ ...admin, mutedUntil: START + 9 });
      const muted = { ...admin, role: 'member', mutedUntil: START + 9 };
      expect(await change({ role: 'member' })).toEqual(muted);
      expect(await change({ mutedUntil: null })).toEqual(aMember(of, 'ben', marks));
      expect(await conversations().memberOf(of.id, 'ben')).toEqual(aMember(of, 'ben', marks));
      expect(await conversations().memberOf(of.id, 'anna')).toMatchObject({ role: 'owner' });
    });

    it('do not come back by a change that comes after their removal', async () => {
      const of = await open('ben');
      await conversations().removeMember(of.id, 'ben', START);
      expect(await conversations().changeMember(of.id, 'ben', { role: 'admin' })).toBeUndefined();
      const gone = aConversation().build();
      expect(await conversations().changeMember(gone.id, 'ben', { mutedUntil: START })).toBeUndefined();
      expect(await ids(of)).toEqual(['anna']);
    });

    describePaging(async () => {
      const of = await open(...people(22));
      await open('ben');
      return {
        count: 23,
        read: (page) => conversations().members(of.id, page),
        keyOf: ({ userId }) => userId,
      };
    });
  });
}
