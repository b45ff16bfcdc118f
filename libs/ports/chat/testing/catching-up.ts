import { describe, expect, it } from '@jest/globals';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Position } from '../message-log.js';
import {
  aConversation,
  append,
  appendMany,
  type ChatStores,
  edit,
  numbers,
  seqsOf,
  wholeLog,
} from './chat-stores.js';
import { Observer } from './observer.js';

export function describeCatchingUp(stores: () => ChatStores): void {
  const open = (): Promise<Conversation> => aConversation().openedIn(stores());
  const change = (
    of: Conversation,
    id: Parameters<ReturnType<typeof stores>['log']['find']>[1],
    text = 'Edited',
  ) => stores().log.change(of.id, id, edit(`${text} ${of.id}`));

  describe('since', () => {
    const since = (of: Conversation, seq: number, rev: number, limit = 100) =>
      stores().log.since(of.id, { seq, rev }, limit);

    it('answers nothing to whoever has seen everything, or of a log that is not there', async () => {
      const of = await open();
      const nothing = { messages: [], changes: [], more: false };
      expect(await since(of, 0, 0)).toEqual({ ...nothing, position: { seq: 0, rev: 0 } });
      await change(of, (await append(stores(), of)).id);
      expect(await since(of, 1, 1)).toEqual({ ...nothing, position: { seq: 1, rev: 1 } });
      expect(await since(aConversation().build(), 3, 2)).toEqual({
        ...nothing,
        position: { seq: 3, rev: 2 },
      });
    });

    it('answers the messages after a place as they stand, and changes of those before it', async () => {
      const of = await open();
      const made = await appendMany(stores(), of, 5);
      for (const at of [1, 4, 0, 1]) await change(of, made[at]!.id, `Edited at ${at}`);
      const kept = await wholeLog(stores(), of);
      const { messages, changes, position, more } = await since(of, 3, 0);
      expect(messages).toEqual(kept.slice(3));
      expect(changes).toEqual([kept[0], kept[1]]);
      expect([position, more]).toEqual([{ seq: 5, rev: 4 }, false]);
      expect((await since(of, 5, 2)).changes).toEqual([kept[0], kept[1]]);
      expect((await since(of, 5, 3)).changes).toEqual([kept[1]]);
    });

    it('comes to its end page by page, changes after the messages', async () => {
      const of = await open();
      const made = await appendMany(stores(), of, 7);
      for (const at of [3, 1, 0, 2]) await change(of, made[at]!.id);
      const pages: unknown[] = [];
      let position: Position = { seq: 4, rev: 1 };
      for (let more = true; more;) {
        const page = await since(of, position.seq, position.rev, 2);
        pages.push([seqsOf(page.messages), seqsOf(page.changes)]);
        ({ position, more } = page);
      }
      expect(pages).toEqual([
        [[5, 6], []],
        [[7], [2]],
        [[], [1, 3]],
      ]);
      expect(position).toEqual({ seq: 7, rev: 4 });
    });

    it('takes no change for seen while messages are left: what is told live meanwhile may be older', async () => {
      const of = await open();
      const made = await appendMany(stores(), of, 3);
      await change(of, made[1]!.id);
      const first = await since(of, 0, 0, 1);
      expect([seqsOf(first.messages), first.position]).toEqual([[1], { seq: 1, rev: 0 }]);
      // The second is told as it was when it was sent.
      expect(seqsOf((await since(of, 2, first.position.rev)).changes)).toEqual([2]);
    });

    it('shows the end of the log to whoever claims to be beyond it', async () => {
      const of = await open();
      const [message] = await appendMany(stores(), of, 2);
      await change(of, message!.id);
      expect(await since(of, 900, 900)).toEqual({
        messages: [],
        changes: [],
        position: { seq: 2, rev: 1 },
        more: false,
      });
    });

    it('has no holes for those who follow while many send and change at once', async () => {
      const of = await open();
      const first = await appendMany(stores(), of, 5);
      const observers = [1, 3, 50].map((size) => new Observer(stores().log, of.id, size));
      const writing = Promise.all([
        allAtOnce(80, () => append(stores(), of)),
        allAtOnce(40, (i) => change(of, first[i % 5]!.id, `by ${i}`)),
      ]);
      for (let turn = 0; turn < 20; turn++) await Promise.all(observers.map((one) => one.step()));
      await writing;
      const kept = await wholeLog(stores(), of);
      expect(seqsOf(kept)).toEqual(numbers(1, 85));
      for (const observer of observers) {
        await observer.catchUp();
        expect(observer.messages).toEqual(kept);
      }
    });
  });

  describe('page', () => {
    it('is a stretch of the log, ascending, tombstones included', async () => {
      const of = await open();
      const made = await appendMany(stores(), of, 9);
      await append(stores(), await open());
      await stores().log.change(of.id, made[7]!.id, (message) => ({
        ...message,
        text: '',
        deletedAt: START,
      }));
      const page = async (range: { before?: number; after?: number }, limit = 3) =>
        seqsOf(await stores().log.page(of.id, { ...range, limit }));
      expect(await page({})).toEqual([7, 8, 9]);
      expect(await page({ before: 7 })).toEqual([4, 5, 6]);
      expect(await page({ before: 2 })).toEqual([1]);
      expect(await page({ before: 1 })).toEqual([]);
      expect(await page({ after: 0 })).toEqual([1, 2, 3]);
      expect(await page({ after: 7 })).toEqual([8, 9]);
      expect(await page({ after: 9 })).toEqual([]);
      expect(await page({ after: 2, before: 5 })).toEqual([3, 4]);
      expect(await page({ after: 2, before: 9 })).toEqual([3, 4, 5]);
      expect(await page({}, 100)).toEqual(numbers(1, 9));
      expect(await stores().log.page(aConversation().build().id, { limit: 3 })).toEqual([]);
    });
  });

  describe('cut', () => {
    const cut = (sentBefore: number, limit = 100) => stores().log.cut(sentBefore, limit);

    it('removes what was sent before an instant from the beginning of each log', async () => {
      const [of, other] = [await open(), await open()];
      const made = await appendMany(stores(), of, 4);
      const others = await appendMany(stores(), other, 3);
      expect(await cut(made[0]!.sentAt)).toBe(0);
      expect(await cut(others[1]!.sentAt)).toBe(5);
      expect(await cut(others[1]!.sentAt)).toBe(0);
      expect(await wholeLog(stores(), of)).toEqual([]);
      expect(await wholeLog(stores(), other)).toEqual(others.slice(1));
      expect(await stores().conversations.find(of.workspaceId, of.id)).toMatchObject({ seq: 4, cutSeq: 4 });
      expect(await stores().conversations.find(of.workspaceId, other.id)).toMatchObject({
        seq: 3,
        cutSeq: 1,
      });
      expect(await stores().log.find(of.id, made[3]!.id)).toBeUndefined();
    });

    it('leaves what lies behind a younger message, for a log has no holes', async () => {
      const of = await open();
      for (const sentAt of [START + 1, START + 2, START + 50, START + 3])
        await append(stores(), of, { sentAt });
      expect(await cut(START + 10)).toBe(2);
      expect(seqsOf(await wholeLog(stores(), of))).toEqual([3, 4]);
      expect(await cut(START + 10)).toBe(0);
      expect(await cut(START + 51)).toBe(2);
    });

    it('keeps to its limit, and is done when it answers nothing', async () => {
      const logs = [await open(), await open()];
      for (const of of logs) await appendMany(stores(), of, 5);
      const counts: number[] = [];
      for (let count = -1; count !== 0; counts.push(count)) count = await cut(START + 9e9, 3);
      expect(counts).toEqual([3, 3, 3, 1, 0]);
      for (const of of logs) expect(await wholeLog(stores(), of)).toEqual([]);
    });

    it('lets a log go on where it was', async () => {
      const of = await open();
      await appendMany(stores(), of, 3);
      await cut(START + 9e9);
      const next = await append(stores(), of);
      expect(next.seq).toBe(4);
      expect(await cut(next.sentAt)).toBe(0);
      expect(await wholeLog(stores(), of)).toEqual([next]);
      expect(await cut(next.sentAt + 1)).toBe(1);
    });

    it('takes a new message for a client message id whose message is gone', async () => {
      const of = await open();
      await append(stores(), of, { clientMessageId: 'c1' });
      await cut(START + 9e9);
      expect((await append(stores(), of, { clientMessageId: 'c1' })).seq).toBe(2);
    });

    it('takes mentions and pins along, and changes nothing of what is gone', async () => {
      const of = await open();
      const message = await append(stores(), of, { mentions: ['ben'] });
      await stores().log.change(of.id, message.id, (one) => ({ ...one, pinnedAt: START, pinnedBy: 'anna' }));
      await append(stores(), of, { mentions: ['ben'] });
      await cut(message.sentAt + 1);
      expect(await stores().log.advance(of.id, 'ben', {})).toMatchObject({ unreadMentions: 1, unread: 2 });
      expect(await stores().log.pinned(of.id, 10)).toEqual([]);
      expect(await change(of, message.id)).toBeUndefined();
      expect((await stores().log.since(of.id, { seq: 2, rev: 0 }, 10)).changes).toEqual([]);
    });

    it('is told to whoever asks for what is gone, and to nobody else', async () => {
      const of = await open();
      const made = await appendMany(stores(), of, 5);
      await cut(made[3]!.sentAt);
      const since = (seq: number) => stores().log.since(of.id, { seq, rev: 0 }, 10);
      expect(await since(1)).toMatchObject({ messages: made.slice(3), cutSeq: 3, position: { seq: 5 } });
      expect(await since(3)).not.toHaveProperty('cutSeq');
      await cut(START + 9e9);
      expect(await since(1)).toEqual({
        messages: [],
        changes: [],
        position: { seq: 5, rev: 0 },
        more: false,
        cutSeq: 5,
      });
    });
  });
}
