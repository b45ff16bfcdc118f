import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Conversation } from '#domain/chat/model/conversation.js';
import type { Message } from '#domain/chat/model/message.js';
import type { Upload } from '#domain/chat/model/upload.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import type { Attachments } from './attachments.js';
import type { ScheduledMessage, ScheduledMessageId } from '#domain/chat/model/scheduled-message.js';
import type { ScheduledMessages } from './scheduled-messages.js';
import { aConversation, aMember, append, type ChatStores, edit } from './testing/chat-stores.js';

export interface ChatWithFiles extends ChatStores {
  readonly attachments: Attachments;
  readonly scheduled: ScheduledMessages;
}

const tombstone = (message: Message): Message => ({
  ...message,
  text: '',
  attachments: [],
  deletedAt: START,
});

export function describeAttachmentsContract(name: string, open: () => Promise<ChatWithFiles>): void {
  describe(`Attachments: ${name}`, () => {
    let its: ChatWithFiles;
    let attachments: Attachments;
    let of: Conversation;
    beforeEach(async () => {
      its = await open();
      attachments = its.attachments;
      of = await aConversation().with('anna', 'ben').openedIn(its);
    });
    afterEach(() => its.close());

    const upload = async (id: string, change: Partial<Upload> = {}): Promise<Upload> => {
      const about = { name: 'a.png', mediaType: 'image/png', bytes: 10, width: 3, height: 2 };
      const one = { id, ...about, workspaceId: acme, uploaderId: 'anna', uploadedAt: START, ...change };
      await attachments.insert(one);
      return one;
    };
    const send = async (ids: readonly string[], text = '', now = START): Promise<Message> =>
      append(its, of, { text, attachments: await attachments.take(acme, 'anna', ids, now) });
    const sees = async (id: string, user: string, workspace = acme): Promise<boolean> =>
      (await attachments.find(workspace, user, id)) !== undefined;

    it('keeps what is known of an upload, the first that was said of its id', async () => {
      const image = await upload('att_1');
      await upload('att_1', { name: 'other', uploaderId: 'ben' });
      expect(await attachments.find(acme, 'anna', 'att_1')).toEqual(image);
      const { width: _w, height: _h, ...text } = { ...image, id: 'att_2', mediaType: 'text/plain' };
      await attachments.insert(text);
      expect(await attachments.find(acme, 'anna', 'att_2')).toEqual(text);
      expect(await attachments.isKept('att_2')).toBe(true);
      expect(await attachments.isKept('att_3')).toBe(false);
    });

    it('keeps how large its preview is, for whoever takes it later', async () => {
      const [image, other] = [await upload('att_1'), await upload('att_2')];
      await attachments.setPreview('att_1', { width: 3, height: 2 });
      await attachments.setPreview('att_2', 'none');
      await attachments.setPreview('att_3', 'none');
      const preview = { width: 3, height: 2 };
      expect(await attachments.find(acme, 'anna', 'att_1')).toEqual({ ...image, preview });
      expect(await attachments.find(acme, 'anna', 'att_2')).toEqual({ ...other, hasNoPreview: true });
      const message = await send(['att_1', 'att_2']);
      const about = { name: 'a.png', mediaType: 'image/png', bytes: 10, width: 3, height: 2 };
      const held = [
        { id: 'att_1', ...about, preview },
        { id: 'att_2', ...about },
      ];
      expect(message.attachments).toEqual(held);
      expect((await its.log.find(of.id, message.id))?.attachments).toEqual(held);
      expect(await attachments.isKept('att_3')).toBe(false);
    });

    it('is only its uploader’s until a message holds it, then the members’', async () => {
      await upload('att_1');
      expect(await sees('att_1', 'ben')).toBe(false);
      await send(['att_1']);
      expect([await sees('att_1', 'anna'), await sees('att_1', 'ben')]).toEqual([true, true]);
      expect(await sees('att_1', 'zoe')).toBe(false);
      expect(await sees('att_1', 'ben', rival)).toBe(false);
      expect(await sees('att_9', 'anna')).toBe(false);
    });

    it('is seen by members as long as they are members', async () => {
      await upload('att_1');
      await send(['att_1']);
      await its.conversations.removeMember(of.id, 'ben', START);
      expect(await sees('att_1', 'ben')).toBe(false);
      await its.conversations.putMember(aMember(of, 'zoe'));
      expect(await sees('att_1', 'zoe')).toBe(true);
      await its.conversations.removeMember(of.id, 'anna', START);
      expect(await sees('att_1', 'anna')).toBe(true);
    });

    it('is not seen any more when every message that held it was deleted or cut off', async () => {
      await upload('att_1');
      const first = await send(['att_1']);
      const second = await send(['att_1']);
      await its.log.change(of.id, first.id, tombstone);
      expect(await sees('att_1', 'ben')).toBe(true);
      await its.log.cut(second.sentAt + 1, 10);
      expect(await sees('att_1', 'ben')).toBe(false);
      expect(await sees('att_1', 'anna')).toBe(true);
    });

    describe('taken', () => {
      it('are what the sender uploaded, in the order asked, as the message is to hold them', async () => {
        await upload('att_1');
        await upload('att_2', { name: 'b.png' });
        await upload('att_3', { uploaderId: 'ben' });
        await upload('att_4', { workspaceId: rival });
        const taken = await attachments.take(
          acme,
          'anna',
          ['att_2', 'att_3', 'att_4', 'att_5', 'att_1'],
          START,
        );
        expect(taken).toEqual(
          [
            ['att_2', 'b.png'],
            ['att_1', 'a.png'],
          ].map(([id, name]) => ({ id, name, mediaType: 'image/png', bytes: 10, width: 3, height: 2 })),
        );
      });

      it('are not removed for as long again, nor sooner for a clock that went back', async () => {
        await upload('att_1');
        await attachments.take(acme, 'anna', ['att_1'], START + 100);
        await attachments.take(acme, 'anna', ['att_1'], START + 50);
        expect(await attachments.removeUnheld(START + 100, 10)).toEqual([]);
        expect(await attachments.removeUnheld(START + 101, 10)).toEqual(['att_1']);
        expect(await attachments.take(acme, 'anna', ['att_1'], START)).toEqual([]);
        expect(await attachments.isKept('att_1')).toBe(false);
      });
    });

    describe('of a message that is scheduled', () => {
      const schedule = async (id: string, ...files: string[]): Promise<void> => {
        const message: ScheduledMessage = {
          id: id as ScheduledMessageId,
          workspaceId: acme,
          conversationId: of.id,
          senderId: 'anna',
          text: '',
          mentions: [],
          attachments: files,
          sendAt: START + 1_000,
          createdAt: START,
          state: 'waiting',
        };
        expect(await its.scheduled.put(message, 10)).toBe(true);
        expect(await its.scheduled.find(acme, id)).toEqual(message);
      };
      const sweep = async (): Promise<string[]> =>
        [...(await attachments.removeUnheld(START + 1e9, 10))].sort();

      it('are not removed, nor seen by anybody, until it is called off', async () => {
        for (const id of ['att_1', 'att_2']) await upload(id);
        await schedule('sch_1', 'att_1', 'att_2');
        await schedule('sch_2', 'att_2');
        expect([await sweep(), await sweep()]).toEqual([[], []]);
        expect(await sees('att_1', 'ben')).toBe(false);
        await its.scheduled.remove(acme, 'sch_1');
        expect(await sweep()).toEqual(['att_1']);
        await its.scheduled.remove(acme, 'sch_2');
        expect(await sweep()).toEqual(['att_2']);
      });

      it('are not removed when it is revised, taken or refused, nor when the message is there that it became', async () => {
        await upload('att_1');
        await schedule('sch_1', 'att_1');
        await its.scheduled.revise(acme, 'sch_1', { text: 'Else' });
        await its.scheduled.take('sch_1', START + 1_000);
        await its.scheduled.settle('sch_1', 'Not a member.');
        expect(await sweep()).toEqual([]);
        await its.scheduled.revise(acme, 'sch_1', { sendAt: START + 2_000 });
        await its.scheduled.take('sch_1', START + 2_000);
        const message = await send(['att_1']);
        for (let i = 0; i < 2; i++) await its.scheduled.settle('sch_1');
        expect(await sweep()).toEqual([]);
        await its.log.change(of.id, message.id, tombstone);
        expect(await sweep()).toEqual(['att_1']);
      });
    });

    describe('removed', () => {
      it('are those that no message holds, once they are old, so many at a time', async () => {
        for (const [i, id] of ['att_1', 'att_2', 'att_3'].entries())
          await upload(id, { uploadedAt: START + i });
        await upload('att_4', { uploadedAt: START + 10 });
        await send(['att_2'], '', START);
        expect(await attachments.removeUnheld(START + 10, 1)).toHaveLength(1);
        expect(await attachments.removeUnheld(START + 10, 10)).toHaveLength(1);
        expect(await attachments.removeUnheld(START + 10, 10)).toEqual([]);
        const left = ['att_1', 'att_2', 'att_3', 'att_4'].map((id) => attachments.isKept(id));
        expect(await Promise.all(left)).toEqual([false, true, false, true]);
      });

      it('are not those of a message that was edited, reacted to or sent twice', async () => {
        await upload('att_1');
        const message = await send(['att_1'], 'look');
        await append(its, of, { clientMessageId: message.clientMessageId, attachments: message.attachments });
        await its.log.change(of.id, message.id, edit('look!'));
        await its.log.change(of.id, message.id, (one) => ({ ...one, reactions: { '👍': ['ben'] } }));
        expect(await attachments.removeUnheld(START + 1e9, 10)).toEqual([]);
        await its.log.change(of.id, message.id, tombstone);
        expect(await attachments.removeUnheld(START + 1e9, 10)).toEqual(['att_1']);
      });

      it('are those of messages that were cut off', async () => {
        await upload('att_1');
        await upload('att_2');
        const { sentAt } = await send(['att_1', 'att_2']);
        await its.log.cut(sentAt + 1, 10);
        expect([...(await attachments.removeUnheld(START + 1e9, 10))].sort()).toEqual(['att_1', 'att_2']);
      });
    });
  });
}
