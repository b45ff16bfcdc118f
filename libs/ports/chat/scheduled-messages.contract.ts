import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { ScheduledMessage, ScheduledMessageId } from '#domain/chat/model/scheduled-message.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { ScheduledMessages } from './scheduled-messages.js';

export interface ScheduledUnderTest {
  readonly scheduled: ScheduledMessages;
  close(): Promise<void>;
}

const MOST = 5;
let last = 0;

function aMessage(change: Partial<ScheduledMessage> = {}): ScheduledMessage {
  last += 1;
  return {
    id: `sch_${String(last).padStart(26, '0')}` as ScheduledMessageId,
    workspaceId: acme,
    conversationId: 'cnv_1' as ConversationId,
    senderId: 'anna',
    text: `Later ${last}`,
    mentions: [],
    sendAt: START + 1_000,
    createdAt: START,
    state: 'waiting',
    ...change,
  };
}

export function describeScheduledMessagesContract(
  name: string,
  open: () => Promise<ScheduledUnderTest>,
): void {
  describe(`ScheduledMessages: ${name}`, () => {
    let its: ScheduledUnderTest;
    let scheduled: ScheduledMessages;
    beforeEach(async () => {
      its = await open();
      scheduled = its.scheduled;
    });
    afterEach(() => its.close());

    const put = async (change: Partial<ScheduledMessage> = {}): Promise<ScheduledMessage> => {
      const message = aMessage(change);
      expect(await scheduled.put(message, MOST)).toBe(true);
      return message;
    };

    it('keeps a message as it is given, in its workspace, once for its id', async () => {
      const full = await put({ mentions: ['ben', 'cleo'], replyTo: 'msg_1', text: 'Größe "L" 🦉' });
      expect(await scheduled.find(acme, full.id)).toEqual(full);
      expect(await scheduled.find(rival, full.id)).toBeUndefined();
      expect(await scheduled.put({ ...full, text: 'Other' }, MOST)).toBe(true);
      expect(await scheduled.find(acme, full.id)).toEqual(full);
    });

    it('lists those of a user, the one that is due first first', async () => {
      const late = await put({ sendAt: START + 9_000 });
      const soon = await put({ sendAt: START + 10 });
      await put({ senderId: 'ben' });
      await put({ workspaceId: rival });
      expect(await scheduled.ofSender(acme, 'anna')).toEqual([soon, late]);
    });

    it('takes no more than so many of one user, however many are put at once', async () => {
      const answers = await allAtOnce(12, () => scheduled.put(aMessage(), MOST));
      expect(answers.filter((answer) => answer)).toHaveLength(MOST);
      expect(await scheduled.ofSender(acme, 'anna')).toHaveLength(MOST);
      const [first] = await scheduled.ofSender(acme, 'anna');
      expect(await scheduled.put(first!, MOST)).toBe(true);
      expect(await scheduled.put(aMessage({ senderId: 'ben' }), MOST)).toBe(true);
    });

    it('is taken when its time has come, again and again until it is settled', async () => {
      const message = await put();
      expect(await scheduled.take(message.id, START + 999)).toEqual({ kind: 'early', sendAt: START + 1_000 });
      const taken = { kind: 'taken', message: { ...message, state: 'sending' } };
      expect(await scheduled.take(message.id, START + 1_000)).toEqual(taken);
      expect(await scheduled.take(message.id, START + 2_000)).toEqual(taken);
      await scheduled.settle(message.id);
      await scheduled.settle(message.id);
      expect(await scheduled.take(message.id, START + 2_000)).toBeUndefined();
      expect(await scheduled.ofSender(acme, 'anna')).toEqual([]);
    });

    it('is revised and called off until it is taken, and no more then', async () => {
      const message = await put();
      const revised = { ...message, text: 'Else', mentions: ['ben'], sendAt: START + 5_000 };
      const change = { text: 'Else', mentions: ['ben'], sendAt: START + 5_000 };
      expect(await scheduled.revise(acme, message.id, change)).toEqual(revised);
      expect(await scheduled.revise(acme, message.id, {})).toEqual(revised);
      expect(await scheduled.revise(rival, message.id, { text: 'Theirs' })).toBeUndefined();
      expect(await scheduled.remove(rival, message.id)).toBeUndefined();
      await scheduled.take(message.id, START + 5_000);
      expect(await scheduled.revise(acme, message.id, { text: 'Too late' })).toBeUndefined();
      expect(await scheduled.remove(acme, message.id)).toBeUndefined();
      expect(await scheduled.find(acme, message.id)).toEqual({ ...revised, state: 'sending' });
      const other = await put();
      expect(await scheduled.remove(acme, other.id)).toEqual(other);
      expect(await scheduled.remove(acme, other.id)).toBeUndefined();
      expect(await scheduled.take(other.id, START + 9_000)).toBeUndefined();
    });

    it('is kept with the reason where it was refused, and waits again when it is revised', async () => {
      const message = await put();
      await scheduled.take(message.id, START + 1_000);
      await scheduled.settle(message.id, 'Not a member.');
      const refused = { ...message, state: 'refused', refusal: 'Not a member.' };
      expect(await scheduled.find(acme, message.id)).toEqual(refused);
      expect(await scheduled.take(message.id, START + 2_000)).toBeUndefined();
      const again = { ...message, sendAt: START + 3_000 };
      expect(await scheduled.revise(acme, message.id, { sendAt: START + 3_000 })).toEqual(again);
      expect(await scheduled.take(message.id, START + 3_000)).toMatchObject({ kind: 'taken' });
    });

    it('is either taken or called off when both happen at once', async () => {
      for (let i = 0; i < 10; i++) {
        const { id } = await put();
        const [removed, taken] = await Promise.all([
          scheduled.remove(acme, id),
          scheduled.take(id, START + 1_000),
        ]);
        expect([removed === undefined, taken === undefined].sort()).toEqual([false, true]);
        await scheduled.settle(id);
      }
    });
  });
}
