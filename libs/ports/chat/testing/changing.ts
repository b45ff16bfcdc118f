import { describe, expect, it } from '@jest/globals';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { changed, type Message } from '#domain/chat/model/message.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import {
  aConversation,
  aDraft,
  aMember,
  append,
  appendMany,
  type ChatStores,
  edit,
  numbers,
  seqsOf,
  wholeLog,
} from './chat-stores.js';

export function describeChanging(stores: () => ChatStores): void {
  describe('change', () => {
    const open = (): Promise<Conversation> => aConversation().openedIn(stores());
    const find = (of: Conversation) => stores().conversations.find(of.workspaceId, of.id);
    const react =
      (of: Conversation, user: string, emoji: string, on = true) =>
      (message: Message) =>
        changed(message, { kind: 'react', emoji, on }, aMember(of, user), of, START);

    it('gives the conversation its next rev, and the message that rev', async () => {
      const of = await open();
      const [first, second] = [await append(stores(), of), await append(stores(), of)];
      const one = { ...first, text: 'Edited', mentions: ['ben'], editedAt: START, rev: 1 };
      const change = await stores().log.change(of.id, first.id, edit('Edited', ['ben']));
      expect(change).toEqual({ kind: 'changed', message: one });
      expect(await stores().log.change(of.id, second.id, edit('Too'))).toMatchObject({
        message: { rev: 2, seq: 2 },
      });
      expect(await stores().log.find(of.id, first.id)).toEqual(one);
      expect(await find(of)).toEqual({ ...of, seq: 2, rev: 2 });
    });

    it('keeps who made which change by what name', async () => {
      const of = await open();
      const { id } = await append(stores(), of);
      const named = (message: Message): Message => ({
        ...message,
        text: 'x',
        changeNames: ['anna a', 'ben b'],
      });
      await stores().log.change(of.id, id, named);
      expect((await stores().log.find(of.id, id))?.changeNames).toEqual(['anna a', 'ben b']);
    });

    it('keeps everything that can be done to a message, and undoes it', async () => {
      const of = await open();
      const anna = aMember(of, 'anna');
      const message = await append(stores(), of, { replyTo: aDraft(of).id, mentions: ['ben'] });
      const decide = (change: Parameters<typeof changed>[1]) =>
        stores().log.change(of.id, message.id, (before) => changed(before, change, anna, of, START + 5));
      const stored = () => stores().log.find(of.id, message.id);
      for (const emoji of ['🦉', '__proto__', 'constructor', '1'])
        await decide({ kind: 'react', emoji, on: true });
      await stores().log.change(of.id, message.id, react(of, 'ben', '🦉'));
      expect((await stored())?.reactions['🦉']).toEqual(['anna', 'ben']);
      expect(Object.keys((await stored())?.reactions ?? {}).sort()).toEqual([
        '1',
        '__proto__',
        'constructor',
        '🦉',
      ]);
      await decide({ kind: 'pin', on: true });
      expect(await stored()).toMatchObject({ pinnedAt: START + 5, pinnedBy: 'anna', rev: 6 });
      await decide({ kind: 'pin', on: false });
      expect(await stored()).not.toHaveProperty('pinnedAt');
      await decide({ kind: 'delete' });
      const { id, conversationId, seq, senderId, clientMessageId, sentAt } = message;
      const place = { id, conversationId, seq, senderId, clientMessageId, sentAt };
      const nothing = { text: '', mentions: [], attachments: [], reactions: {} };
      expect(await stored()).toEqual({ ...place, ...nothing, deletedAt: START + 5, rev: 8 });
      expect(seqsOf(await wholeLog(stores(), of))).toEqual([1]);
    });

    it('changes nothing in the name of somebody who has gone, also while it was decided upon', async () => {
      const of = await open();
      const message = await append(stores(), of);
      const { conversations, log } = stores();
      expect(await log.change(of.id, message.id, edit('No'), 'stranger')).toBeUndefined();
      expect(await log.change(of.id, message.id, edit('Yes'), 'anna')).toMatchObject({ kind: 'changed' });
      await conversations.removeMember(of.id, 'anna', START);
      expect(await log.change(of.id, message.id, edit('No'), 'anna')).toBeUndefined();
      expect(await log.find(of.id, message.id)).toMatchObject({ text: 'Yes', rev: 1 });
      expect(await find(of)).toMatchObject({ rev: 1 });
    });

    it('writes nothing where there is nothing to change', async () => {
      const of = await open();
      const message = await append(stores(), of);
      expect(await stores().log.change(of.id, message.id, (same) => same)).toEqual({
        kind: 'unchanged',
        message,
      });
      expect(await find(of)).toMatchObject({ rev: 0 });
      expect(await stores().log.find(of.id, message.id)).toEqual(message);
    });

    it('throws what the decision throws, and has changed nothing', async () => {
      const of = await open();
      const message = await append(stores(), of);
      const refuse = (): Message => {
        throw new Refusal('forbidden', 'No.');
      };
      await expect(stores().log.change(of.id, message.id, refuse)).rejects.toMatchObject({
        code: 'forbidden',
      });
      expect(await find(of)).toMatchObject({ rev: 0 });
      expect(await stores().log.find(of.id, message.id)).toEqual(message);
    });

    it('knows no message of another conversation', async () => {
      const [of, other] = [await open(), await open()];
      const message = await append(stores(), of);
      expect(await stores().log.change(other.id, message.id, edit('x'))).toBeUndefined();
      expect(await stores().log.change(of.id, aDraft(of).id, edit('x'))).toBeUndefined();
      expect(await stores().log.find(of.id, message.id)).toEqual(message);
    });

    it('loses none of fifty that change one message at once', async () => {
      const of = await open();
      const { id } = await append(stores(), of);
      const answers = await allAtOnce(50, (i) =>
        stores().log.change(of.id, id, react(of, `user ${i}`, '👍')),
      );
      expect(answers.map((answer) => answer?.message.rev).sort((a, b) => a! - b!)).toEqual(numbers(1, 50));
      const kept = await stores().log.find(of.id, id);
      expect(kept?.rev).toBe(50);
      expect([...(kept?.reactions['👍'] ?? [])].sort()).toEqual(
        numbers(0, 49)
          .map((i) => `user ${i}`)
          .sort(),
      );
      expect(await find(of)).toMatchObject({ rev: 50 });
    });

    it('numbers fifty changes of different messages without holes, while others are sent', async () => {
      const of = await open();
      const made = await appendMany(stores(), of, 10);
      const sending = allAtOnce(20, () => append(stores(), of));
      const answers = await allAtOnce(50, (i) =>
        stores().log.change(of.id, made[i % 10]!.id, edit(`by ${i}`)),
      );
      await sending;
      expect(answers.map((answer) => answer?.message.rev).sort((a, b) => a! - b!)).toEqual(numbers(1, 50));
      expect(await find(of)).toMatchObject({ seq: 30, rev: 50 });
    });

    it('makes one change of what many ask for at once', async () => {
      const of = await open();
      const { id } = await append(stores(), of);
      const answers = await allAtOnce(20, () => stores().log.change(of.id, id, react(of, 'ben', '👍')));
      expect(answers.filter((answer) => answer?.kind === 'changed')).toHaveLength(1);
      expect(await find(of)).toMatchObject({ rev: 1 });
    });

    it('shows what is pinned, the latest of it, ascending', async () => {
      const of = await open();
      const made = await appendMany(stores(), of, 6);
      const pin = (at: number, on: boolean) =>
        stores().log.change(of.id, made[at]!.id, (message) =>
          changed(message, { kind: 'pin', on }, aMember(of, 'anna'), of, START),
        );
      for (const at of [5, 0, 2, 3]) await pin(at, true);
      await pin(2, false);
      expect(seqsOf(await stores().log.pinned(of.id, 10))).toEqual([1, 4, 6]);
      expect(seqsOf(await stores().log.pinned(of.id, 2))).toEqual([4, 6]);
      await stores().log.change(of.id, made[5]!.id, (message) =>
        changed(message, { kind: 'delete' }, aMember(of, 'anna'), of, START),
      );
      expect(seqsOf(await stores().log.pinned(of.id, 10))).toEqual([1, 4]);
      expect(await stores().log.pinned((await open()).id, 10)).toEqual([]);
    });
  });
}
