import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Conversation, pairOf } from '#domain/chat/model/conversation.js';
import { acme, everyPage, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { describePaging } from '#ports/delivery/testing/paging.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Conversations } from './conversations.js';
import {
  aConversation,
  aMember,
  append,
  appendMany,
  type ChatStores,
  numbers,
  type OpenChatStores,
} from './testing/chat-stores.js';
import { describeMembers } from './testing/members.js';

export function describeConversationsContract(name: string, open: OpenChatStores): void {
  describe(`Conversations: ${name}`, () => {
    let its: ChatStores;
    let conversations: Conversations;
    beforeEach(async () => {
      its = await open();
      conversations = its.conversations;
    });
    afterEach(() => its.close());

    describe('open', () => {
      it('makes a conversation as it is given, what is left out left out', async () => {
        const plain = aConversation();
        const room = aConversation().ofKind('room').titled('Größe "L" 🦉').with('anna');
        for (const builder of [plain, room]) {
          const conversation = builder.build();
          const opened = await conversations.open(conversation, builder.members());
          expect(opened).toEqual({ conversation, created: true });
          expect(await conversations.find(acme, conversation.id)).toEqual(conversation);
        }
        expect(await conversations.find(rival, plain.build().id)).toBeUndefined();
        expect(await conversations.find(acme, aConversation().build().id)).toBeUndefined();
      });

      it('answers the one that is there for the same id, and changes nothing of it', async () => {
        const of = await aConversation().openedIn(its);
        await append(its, of);
        const again = await conversations.open({ ...of, title: 'Other' }, [aMember(of, 'dora')]);
        expect(again).toEqual({ conversation: { ...of, seq: 1 }, created: false });
        expect(await conversations.memberOf(of.id, 'dora')).toBeUndefined();
      });

      it('makes one conversation of two people who write to one another at once', async () => {
        const answers = await allAtOnce(20, (i) => {
          const builder =
            i % 2 ? aConversation().between('anna', 'ben') : aConversation().between('ben', 'anna');
          return conversations.open(builder.build(), builder.members());
        });
        expect(answers.filter(({ created }) => created)).toHaveLength(1);
        expect(new Set(answers.map(({ conversation }) => conversation.id)).size).toBe(1);
        const { conversation } = answers[0]!;
        expect(conversation).toMatchObject({ kind: 'direct', pair: pairOf('anna', 'ben') });
        expect([...(await conversations.userIds(conversation.id))].sort()).toEqual(['anna', 'ben']);
        expect((await conversations.ofUser(acme, 'ben', { limit: 5 })).data).toHaveLength(1);
      });

      it('makes one of an id that many open at once', async () => {
        const builder = aConversation();
        const answers = await allAtOnce(20, () => conversations.open(builder.build(), builder.members()));
        expect(answers.filter(({ created }) => created)).toHaveLength(1);
      });

      it('tells pairs apart, and workspaces', async () => {
        const of = await aConversation().between('anna', 'ben').openedIn(its);
        const other = await aConversation().between('anna', 'cleo').openedIn(its);
        const theirs = await aConversation().inWorkspace(rival).between('anna', 'ben').openedIn(its);
        expect(new Set([of.id, other.id, theirs.id]).size).toBe(3);
        expect(theirs.workspaceId).toBe(rival);
      });

      it('refuses the id of another workspace, and tells nothing of what it names', async () => {
        const of = await aConversation().openedIn(its);
        const stolen = { ...of, workspaceId: rival };
        const opening = conversations.open(stolen, [aMember(stolen, 'eve')]);
        await expect(opening).rejects.toMatchObject({ name: 'Refusal', code: 'already_exists' });
        expect(await conversations.memberOf(of.id, 'eve')).toBeUndefined();
        expect(await conversations.find(acme, of.id)).toEqual(of);
      });
    });

    it('gets another title in its own workspace only', async () => {
      const of = await aConversation().titled('Before').openedIn(its);
      await conversations.rename(rival, of.id, 'Stolen');
      expect(await conversations.find(acme, of.id)).toEqual(of);
      await conversations.rename(acme, of.id, 'After');
      expect(await conversations.find(acme, of.id)).toEqual({ ...of, title: 'After' });
    });

    it('is entered by its members, in its own workspace only, as it and they are', async () => {
      const of = await aConversation().with('ben').openedIn(its);
      const member = await conversations.changeMember(of.id, 'ben', { role: 'admin' });
      expect(await conversations.entered(acme, of.id, 'ben')).toEqual({ conversation: of, member });
      expect(await conversations.entered(rival, of.id, 'ben')).toBeUndefined();
      expect(await conversations.entered(acme, of.id, 'eve')).toBeUndefined();
      expect(await conversations.entered(acme, 'cnv_none', 'ben')).toBeUndefined();
      await conversations.removeMember(of.id, 'ben', of.createdAt);
      expect(await conversations.entered(acme, of.id, 'ben')).toBeUndefined();
    });

    describeMembers(() => its);

    describe('the list of a user', () => {
      const list = (userId = 'anna', limit = 3) =>
        everyPage((after) => conversations.ofUser(acme, userId, { limit, after }));
      const idsOf = async (userId?: string) =>
        (await list(userId)).map(({ conversation }) => conversation.id);
      const large = () =>
        aConversation()
          .ofKind('room')
          .with('anna', ...numbers(1, 40).map((i) => `user ${i}`));

      it('shows the one with the newest message first, small and large alike', async () => {
        const made: Conversation[] = [];
        for (let i = 0; i < 4; i++) {
          made.push(await aConversation().openedIn(its));
          made.push(await large().openedIn(its));
        }
        const opened = made.map(({ id }) => id).reverse();
        expect(await idsOf()).toEqual(opened);
        for (const at of [3, 0, 5]) await append(its, made[at]!);
        const written = [5, 0, 3].map((at) => made[at]!.id);
        expect(await idsOf()).toEqual([...written, ...opened.filter((id) => !written.includes(id))]);
      });

      it('goes on in order when a small conversation grows large, and small again', async () => {
        const made = [await aConversation().openedIn(its), await large().openedIn(its)];
        const [first] = made;
        for (const i of numbers(1, 30)) await conversations.putMember(aMember(first!, `user ${i}`));
        expect(await idsOf()).toEqual([made[1]!.id, first!.id]);
        await append(its, first!);
        expect(await idsOf()).toEqual([first!.id, made[1]!.id]);
        expect(await idsOf('user 30')).toEqual([first!.id, made[1]!.id]);
        for (const i of numbers(1, 29)) await conversations.removeMember(first!.id, `user ${i}`, START);
        await append(its, made[1]!);
        expect(await idsOf()).toEqual([made[1]!.id, first!.id]);
        await append(its, first!);
        expect(await idsOf()).toEqual([first!.id, made[1]!.id]);
      });

      it('shows with each its member, its newest message, and what mentions them', async () => {
        const of = await aConversation().openedIn(its);
        const [first] = await appendMany(its, of, 2);
        await append(its, of, { mentions: ['ben'] });
        const last = await append(its, of, { mentions: ['ben', 'anna'] });
        await its.log.advance(of.id, 'ben', { readSeq: first!.seq });
        const member = aMember(of, 'ben', { deliveredSeq: 1, readSeq: 1 });
        const shown = { conversation: { ...of, seq: 4 }, member, last, unreadMentions: 2 };
        expect(await list('ben')).toEqual([shown]);
        await its.log.advance(of.id, 'ben', { readSeq: 4 });
        expect(await list('ben')).toMatchObject([{ unreadMentions: 0, member: { readSeq: 4 } }]);
      });

      it('shows no message of a conversation that has none, or none that is kept', async () => {
        const of = await aConversation().openedIn(its);
        expect((await list())[0]).not.toHaveProperty('last');
        await append(its, of);
        await its.log.cut(START + 9e9, 10);
        expect((await list())[0]).not.toHaveProperty('last');
      });

      it('is only of their conversations in this workspace', async () => {
        await aConversation().with('ben').openedIn(its);
        await aConversation().inWorkspace(rival).openedIn(its);
        const of = await aConversation().openedIn(its);
        expect(await idsOf()).toEqual([of.id]);
        expect(await list('nobody')).toEqual([]);
      });

      it('meets every one that stays where it is once, while another moves', async () => {
        const made: Conversation[] = [];
        for (let i = 0; i < 9; i++) made.push(await (i % 2 ? large() : aConversation()).openedIn(its));
        const first = await conversations.ofUser(acme, 'anna', { limit: 4 });
        await append(its, made[2]!);
        const rest = await everyPage((after) =>
          conversations.ofUser(acme, 'anna', { limit: 4, after: after ?? first.next ?? '' }),
        );
        const met = [...first.data, ...rest].map(({ conversation }) => conversation.id);
        const still = made.filter((of) => of !== made[2]).map(({ id }) => id);
        expect(met.filter((id) => id !== made[2]!.id)).toEqual(still.reverse());
      });

      describePaging(async () => {
        for (let i = 0; i < 23; i++) {
          await (i % 4 ? aConversation() : large()).openedIn(its);
          await aConversation().with('ben').openedIn(its);
        }
        return {
          count: 23,
          read: (page) => conversations.ofUser(acme, 'anna', page),
          keyOf: ({ conversation }) => conversation.id,
        };
      });
    });
  });
}
