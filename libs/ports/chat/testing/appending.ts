import { describe, expect, it } from '@jest/globals';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import {
  aConversation,
  aDraft,
  append,
  type ChatStores,
  edit,
  messageIn,
  numbers,
  seqsOf,
  wholeLog,
} from './chat-stores.js';

export function describeAppending(stores: () => ChatStores): void {
  describe('append', () => {
    const open = (): Promise<Conversation> => aConversation().openedIn(stores());
    const find = (of: Conversation) => stores().conversations.find(of.workspaceId, of.id);

    it('keeps what was said as it was said, at the next place', async () => {
      const of = await open();
      const plain = aDraft(of);
      const full = aDraft(of, {
        senderId: 'ben',
        text: 'Größe "L" – {{x}}\n🦉 \\ \u0000 \'',
        mentions: ['cleo', 'anna'],
        replyTo: plain.id,
        attachments: [
          { id: 'att_1', name: 'a "b".png', mediaType: 'image/png', bytes: 12, width: 3, height: 4 },
          { id: 'att_2', name: 'ö', mediaType: 'application/pdf', bytes: 0 },
        ],
      });
      const first = { ...plain, seq: 1, rev: 0, reactions: {} };
      const second = { ...full, seq: 2, rev: 0, reactions: {} };
      expect(await stores().log.append(acme, plain)).toEqual({
        kind: 'appended',
        message: first,
        isNew: true,
      });
      expect(await stores().log.append(acme, full)).toEqual({
        kind: 'appended',
        message: second,
        isNew: true,
      });
      expect(await wholeLog(stores(), of)).toEqual([first, second]);
      expect(await stores().log.find(of.id, full.id)).toEqual(second);
      expect(await find(of)).toEqual({ ...of, seq: 2 });
    });

    it('finds a message only in its own conversation', async () => {
      const [of, other] = [await open(), await open()];
      const { id } = await append(stores(), of);
      expect(await stores().log.find(other.id, id)).toBeUndefined();
      expect(await stores().log.find(of.id, aDraft(of).id)).toBeUndefined();
    });

    it('makes one message of a client message id, and answers with it for ever', async () => {
      const of = await open();
      const first = await append(stores(), of, { clientMessageId: 'c1' });
      await append(stores(), of);
      const again = aDraft(of, { clientMessageId: 'c1', text: 'Other', sentAt: START + 9e9 });
      expect(await stores().log.append(acme, again)).toEqual({
        kind: 'appended',
        message: first,
        isNew: false,
      });
      await stores().log.change(of.id, first.id, edit('Edited'));
      const answer = await stores().log.append(acme, again);
      expect(answer).toMatchObject({ isNew: false, message: { id: first.id, seq: 1, sentAt: first.sentAt } });
      expect(await find(of)).toMatchObject({ seq: 2 });
    });

    it('tells the client message ids of two senders apart, and of two conversations', async () => {
      const [of, other] = [await open(), await open()];
      await append(stores(), of, { clientMessageId: 'c1' });
      expect((await append(stores(), of, { clientMessageId: 'c1', senderId: 'ben' })).seq).toBe(2);
      expect((await append(stores(), other, { clientMessageId: 'c1' })).seq).toBe(1);
    });

    it('numbers a hundred at once without holes, of several conversations', async () => {
      const logs = [await open(), await open(), await open()];
      const senders = ['anna', 'ben', 'cleo'];
      const made = await allAtOnce(100, (i) =>
        append(stores(), logs[i % 3]!, { senderId: senders[Math.floor(i / 3) % 3]! }),
      );
      for (const of of logs) {
        const kept = await wholeLog(stores(), of);
        expect(seqsOf(kept)).toEqual(numbers(1, kept.length));
        const theirs = made.filter(({ conversationId }) => conversationId === of.id);
        expect(theirs.sort((a, b) => a.seq - b.seq)).toEqual(kept);
        expect(await find(of)).toMatchObject({ seq: kept.length });
      }
      expect(made).toHaveLength(100);
    });

    it('makes one of each of many that are sent again and again at once', async () => {
      const of = await open();
      const answers = await allAtOnce(100, (i) =>
        stores().log.append(acme, aDraft(of, { clientMessageId: `c${i % 10}` })),
      );
      const kept = await wholeLog(stores(), of);
      expect(seqsOf(kept)).toEqual(numbers(1, 10));
      expect(answers.filter((answer) => answer.kind === 'appended' && answer.isNew)).toHaveLength(10);
      answers.forEach((answer, i) => {
        expect(messageIn(answer)).toEqual(kept.find((one) => one.clientMessageId === `c${i % 10}`));
      });
    });

    it('takes nothing from who is no member, nor for a conversation that is not there, in the same words', async () => {
      const of = await open();
      const no = { kind: 'no_member' };
      expect(await stores().log.append(acme, aDraft(of, { senderId: 'dora' }))).toEqual(no);
      expect(await stores().log.append(acme, aDraft(aConversation().build()))).toEqual(no);
      expect(await stores().log.append(rival, aDraft(of))).toEqual(no);
      expect(await find(of)).toMatchObject({ seq: 0 });
      expect(await wholeLog(stores(), of)).toEqual([]);
    });

    it('takes nothing from one who was removed, not even the answer to what they had sent', async () => {
      const of = await open();
      await append(stores(), of, { senderId: 'ben', clientMessageId: 'c1' });
      await stores().conversations.removeMember(of.id, 'ben', START);
      for (const clientMessageId of ['c1', 'c2'])
        expect(await stores().log.append(acme, aDraft(of, { senderId: 'ben', clientMessageId }))).toEqual({
          kind: 'no_member',
        });
    });

    it('takes nothing that is sent once a removal is acknowledged, while many are sending', async () => {
      const of = await open();
      const send = () => stores().log.append(acme, aDraft(of, { senderId: 'ben' }));
      const before = allAtOnce(40, send);
      const meanwhile = stores()
        .conversations.removeMember(of.id, 'ben', START)
        .then(() => allAtOnce(20, send));
      const others = allAtOnce(20, () => append(stores(), of));
      const sent = (await before).filter(({ kind }) => kind === 'appended').length;
      expect((await meanwhile).map(({ kind }) => kind)).toEqual(Array(20).fill('no_member'));
      await others;
      const kept = await wholeLog(stores(), of);
      expect(seqsOf(kept)).toEqual(numbers(1, sent + 20));
    });

    it('moves the read mark of the sender, and nobody else', async () => {
      const of = await open();
      await append(stores(), of);
      await append(stores(), of, { senderId: 'ben' });
      const marks = async (user: string) => {
        const member = await stores().conversations.memberOf(of.id, user);
        return [member?.deliveredSeq, member?.readSeq];
      };
      expect([await marks('anna'), await marks('ben'), await marks('cleo')]).toEqual([
        [1, 1],
        [2, 2],
        [0, 0],
      ]);
      await append(stores(), of);
      expect([await marks('anna'), await marks('ben'), await marks('cleo')]).toEqual([
        [3, 3],
        [2, 2],
        [0, 0],
      ]);
    });

    describe('while one of two has blocked the other', () => {
      const direct = (): Promise<Conversation> => aConversation().between('anna', 'ben').openedIn(stores());
      const send = (of: Conversation, senderId: string, clientMessageId = `of ${aDraft(of).id}`) =>
        stores().log.append(acme, aDraft(of, { senderId, clientMessageId }));

      it('takes nothing from either, and takes it again when the block is gone', async () => {
        const of = await direct();
        await stores().blocks.put(acme, 'ben', 'anna');
        expect(await send(of, 'anna')).toEqual({ kind: 'blocked' });
        expect(await send(of, 'ben')).toEqual({ kind: 'blocked' });
        await stores().blocks.remove(acme, 'ben', 'anna');
        expect(messageIn(await send(of, 'anna')).seq).toBe(1);
      });

      it('still answers what had been sent before', async () => {
        const of = await direct();
        const message = messageIn(await send(of, 'anna', 'c1'));
        await stores().blocks.put(acme, 'ben', 'anna');
        expect(await send(of, 'anna', 'c1')).toEqual({ kind: 'appended', message, isNew: false });
      });

      it('takes what both say in a group', async () => {
        const of = await open();
        await stores().blocks.put(acme, 'ben', 'anna');
        expect(messageIn(await send(of, 'anna')).seq).toBe(1);
        expect(messageIn(await send(of, 'ben')).seq).toBe(2);
      });

      it('minds only blocks of the two, in their workspace', async () => {
        const of = await direct();
        await stores().blocks.put(rival, 'ben', 'anna');
        await stores().blocks.put(acme, 'ben', 'cleo');
        await stores().blocks.put(acme, 'cleo', 'anna');
        expect(messageIn(await send(of, 'anna')).seq).toBe(1);
      });

      it('takes nothing that is sent once the block is acknowledged, while many are sending', async () => {
        const of = await direct();
        const before = allAtOnce(40, () => send(of, 'anna'));
        const after = stores()
          .blocks.put(acme, 'ben', 'anna')
          .then(() => allAtOnce(20, () => send(of, 'anna')));
        const sent = (await before).filter(({ kind }) => kind === 'appended').length;
        expect((await after).map(({ kind }) => kind)).toEqual(Array(20).fill('blocked'));
        expect(seqsOf(await wholeLog(stores(), of))).toEqual(numbers(1, sent));
      });
    });
  });
}
