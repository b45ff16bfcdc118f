import { describe, expect, it } from '@jest/globals';
import { MOST_UNREAD_MENTIONS } from '#domain/chat/model/conversation.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import { aConversation, append, appendMany, type ChatStores, edit, numbers } from './chat-stores.js';

export function describeMarking(stores: () => ChatStores): void {
  describe('advance', () => {
    it('moves marks forward only, never past what there is, and what was read was delivered', async () => {
      const of = await aConversation().openedIn(stores());
      await appendMany(stores(), of, 10);
      const advance = async (asked: { deliveredSeq?: number; readSeq?: number }) => {
        const { member, moved, unread } = (await stores().log.advance(of.id, 'ben', asked))!;
        expect(await stores().conversations.memberOf(of.id, 'ben')).toEqual(member);
        return [member.deliveredSeq, member.readSeq, moved, unread];
      };
      expect(await advance({ deliveredSeq: 4 })).toEqual([4, 0, true, 10]);
      expect(await advance({ readSeq: 3 })).toEqual([4, 3, true, 7]);
      expect(await advance({ readSeq: 6 })).toEqual([6, 6, true, 4]);
      expect(await advance({ deliveredSeq: 5, readSeq: 2 })).toEqual([6, 6, false, 4]);
      expect(await advance({})).toEqual([6, 6, false, 4]);
      expect(await advance({ deliveredSeq: 99 })).toEqual([10, 6, true, 4]);
      expect(await advance({ readSeq: 99 })).toEqual([10, 10, true, 0]);
    });

    it('knows no marks of who is no member', async () => {
      const of = await aConversation().openedIn(stores());
      expect(await stores().log.advance(of.id, 'dora', { readSeq: 1 })).toBeUndefined();
      expect(await stores().log.advance(aConversation().build().id, 'anna', { readSeq: 1 })).toBeUndefined();
    });

    it('ends furthest, in whatever order marks arrive, and says of each whether it moved', async () => {
      const of = await aConversation().openedIn(stores());
      await appendMany(stores(), of, 50);
      // 7 and 50 have no common divisor: every mark once, and in no order.
      const asked = numbers(1, 50).map((i) => ((i * 7) % 50) + 1);
      const answers = await allAtOnce(50, (i) => stores().log.advance(of.id, 'ben', { readSeq: asked[i]! }));
      expect(await stores().conversations.memberOf(of.id, 'ben')).toMatchObject({
        deliveredSeq: 50,
        readSeq: 50,
      });
      const steps = answers.filter((answer) => answer?.moved).map((answer) => answer!.member.readSeq);
      expect(new Set(steps).size).toBe(steps.length);
      expect(Math.max(...steps)).toBe(50);
    });

    it('loses no mark to what the member sends at the same time', async () => {
      const of = await aConversation().openedIn(stores());
      await appendMany(stores(), of, 10);
      const sending = allAtOnce(20, () => append(stores(), of, { senderId: 'ben' }));
      await allAtOnce(20, (i) => stores().log.advance(of.id, 'ben', { readSeq: i, deliveredSeq: i }));
      await sending;
      expect(await stores().conversations.memberOf(of.id, 'ben')).toMatchObject({
        deliveredSeq: 30,
        readSeq: 30,
      });
    });

    it('counts the mentions behind the read mark as the messages stand', async () => {
      const of = await aConversation().openedIn(stores());
      const first = await append(stores(), of, { mentions: ['ben', 'cleo', 'ben'] });
      await append(stores(), of, { mentions: ['cleo'] });
      const third = await append(stores(), of, { mentions: ['ben'] });
      const plain = await append(stores(), of);
      const mentions = async (user: string) => (await stores().log.advance(of.id, user, {}))?.unreadMentions;
      expect([await mentions('ben'), await mentions('cleo'), await mentions('anna')]).toEqual([2, 2, 0]);
      await stores().log.change(of.id, first.id, edit('Not ben', ['cleo']));
      await stores().log.change(of.id, plain.id, edit('But here', ['ben']));
      expect([await mentions('ben'), await mentions('cleo')]).toEqual([2, 2]);
      await stores().log.advance(of.id, 'ben', { readSeq: third.seq });
      expect(await mentions('ben')).toBe(1);
      await stores().log.change(of.id, plain.id, (message) => ({ ...message, text: '', mentions: [] }));
      expect(await mentions('ben')).toBe(0);
    });

    it('counts mentions no further than anybody reads', async () => {
      const of = await aConversation().openedIn(stores());
      await allAtOnce(MOST_UNREAD_MENTIONS + 5, () => append(stores(), of, { mentions: ['ben'] }));
      const advanced = await stores().log.advance(of.id, 'ben', {});
      expect(advanced).toMatchObject({
        unread: MOST_UNREAD_MENTIONS + 5,
        unreadMentions: MOST_UNREAD_MENTIONS,
      });
    });
  });
}
