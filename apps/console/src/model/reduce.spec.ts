import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { ChatEvent, Message } from '#client/chat.js';
import { inOrder, unreadOf, type WireChat } from './chat-list.js';
import { MOST_SHOWN } from './chat-log.js';
import { type ChatState, stateOf } from './chat-state.js';
import { linesOf } from './lines.js';
import { type Action, reduce, TYPING_MS } from './reduce.js';

const CHAT: WireChat = {
  id: 'cnv_1',
  kind: 'group',
  title: 'Plans',
  between: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  seq: 0,
  cutSeq: 0,
  me: { readSeq: 0 },
};

const aMessage = (seq: number, more: Partial<Message> = {}): Message => ({
  id: `msg_${seq}`,
  conversationId: 'cnv_1',
  seq,
  rev: 0,
  senderId: 'ben',
  clientMessageId: `c${seq}`,
  text: `Line ${seq}`,
  sentAt: new Date(Date.UTC(2026, 0, 2, 12, 0, seq)).toISOString(),
  ...more,
});
const pageOf = (from: number, to: number): readonly Message[] =>
  Array.from({ length: to - from + 1 }, (_, at) => aMessage(from + at));

const heard = (name: ChatEvent['name'], data: object): Action => ({
  kind: 'heard',
  event: { name, data } as unknown as ChatEvent,
  now: 1_000,
});
const after = (...actions: readonly Action[]): ChatState => actions.reduce(reduce, stateOf('ada'));
const listed = (chat: Partial<WireChat> = {}): Action => ({ kind: 'listed', chats: [{ ...CHAT, ...chat }] });
const opened = { kind: 'opened', id: 'cnv_1' } as const;
const loading = { kind: 'loading', id: 'cnv_1', way: 'newest' } as const;
const loaded = (
  page: readonly Message[],
  way: 'newest' | 'older' | 'newer' | 'around' = 'newest',
): Action => ({
  kind: 'loaded',
  id: 'cnv_1',
  way,
  page,
});
const shownIn = (state: ChatState): readonly number[] => state.open?.log.messages.map(({ seq }) => seq) ?? [];
const chatIn = (state: ChatState) => inOrder(state.chats ?? new Map())[0]!;

describe('the list of chats', () => {
  it('counts what others say, and nothing of what one says oneself', () => {
    const state = after(listed(), heard('message', aMessage(1)), heard('message', aMessage(2)));
    expect(unreadOf(chatIn(state))).toBe(2);
    const answered = reduce(state, heard('message', aMessage(3, { senderId: 'ada' })));
    expect(unreadOf(chatIn(answered))).toBe(0);
  });

  it('counts mentions until they are read, here or elsewhere', () => {
    const state = after(listed(), heard('message', aMessage(1, { mentions: ['ada'] })));
    expect(chatIn(state).mentions).toBe(1);
    const marks = { conversationId: 'cnv_1', userId: 'ada', deliveredSeq: 1, readSeq: 1 };
    expect(chatIn(reduce(state, heard('receipt', marks)))).toMatchObject({ mentions: 0, readSeq: 1 });
  });

  it('is told of later than it has moved on, and does not go back', () => {
    const state = after(
      listed(),
      heard('message', aMessage(1)),
      { kind: 'read', id: 'cnv_1', seq: 1 },
      listed(),
    );
    expect(chatIn(state)).toMatchObject({ seq: 1, readSeq: 1, last: { seq: 1 } });
  });

  it('begins with the one that was said something in last', () => {
    const other = { ...CHAT, id: 'cnv_2', createdAt: '2026-01-01T10:00:00.000Z' };
    const state = after({ kind: 'listed', chats: [CHAT, other] });
    expect(inOrder(state.chats!).map(({ id }) => id)).toEqual(['cnv_2', 'cnv_1']);
    const moved = reduce(state, heard('message', aMessage(1)));
    expect(inOrder(moved.chats!).map(({ id }) => id)).toEqual(['cnv_1', 'cnv_2']);
  });

  it('has a conversation no more that one is out of, and closes it', () => {
    const state = after(listed(), opened, heard('left', { conversationId: 'cnv_1', error: {} }));
    expect(state).toMatchObject({ open: undefined, notice: { text: expect.stringMatching(/not in this/) } });
    expect(state.chats!.size).toBe(0);
  });
});

describe('the conversation that is open', () => {
  it('shows what is said while its page is on the way, whatever the page knows of it', () => {
    const edited = aMessage(2, { rev: 1, text: 'Edited' });
    const during = [loading, heard('message', aMessage(3)), heard('changed', edited)];
    const state = after(listed({ seq: 2 }), opened, ...during, loaded(pageOf(1, 2)));
    expect(shownIn(state)).toEqual([1, 2, 3]);
    expect(state.open?.log.messages[1]?.text).toBe('Edited');
  });

  it('has older ones until the first, or until where retention has cut', () => {
    const state = after(listed({ seq: 60, cutSeq: 5 }), opened, loading, loaded(pageOf(11, 60)));
    expect(state.open?.log).toMatchObject({ hasOlder: true, hasNewer: false });
    const whole = reduce(state, loaded(pageOf(6, 10), 'older'));
    expect(shownIn(whole)).toEqual(Array.from({ length: 55 }, (_, at) => at + 6));
    expect(whole.open?.log.hasOlder).toBe(false);
  });

  it('shows nothing below a stretch in the middle until what is between is there', () => {
    const state = after(
      listed({ seq: 90 }),
      opened,
      loading,
      loaded(pageOf(20, 40), 'around'),
      heard('message', aMessage(91)),
    );
    expect(shownIn(state).at(-1)).toBe(40);
    expect(state.open?.log).toMatchObject({ hasOlder: true, hasNewer: true });
    const rest = reduce(reduce(state, loaded(pageOf(41, 90), 'newer')), loaded(pageOf(91, 91), 'newer'));
    expect(shownIn(rest).at(-1)).toBe(91);
    expect(rest.open?.log.hasNewer).toBe(false);
  });

  it('holds so many at most, and fetches the others again', () => {
    let state = after(listed({ seq: 1000 }), opened, loading, loaded(pageOf(951, 1000)));
    for (let from = 901; from > 0; from -= 50) {
      state = reduce(state, loaded(pageOf(from, from + 49), 'older'));
      expect(state.open?.log.hasNewer).toBe(shownIn(state).at(-1) !== 1000);
    }
    expect(shownIn(state)).toHaveLength(MOST_SHOWN);
    expect(state.open?.log).toMatchObject({ hasOlder: false, hasNewer: true });
    expect(shownIn(state)[0]).toBe(1);
  });

  it('says when a page has not come, and forgets nothing that was heard meanwhile', () => {
    const state = after(listed({ seq: 1 }), opened, loading, loaded(pageOf(1, 1)), {
      ...loading,
      way: 'older',
    });
    const failed = reduce(reduce(state, heard('message', aMessage(2))), { kind: 'not_loaded', id: 'cnv_1' });
    expect(failed.open?.log).toMatchObject({ hasFailed: true, loading: undefined });
    expect(shownIn(failed)).toEqual([1, 2]);
    expect(reduce(failed, loading).open?.log.hasFailed).toBe(false);
  });

  it('is passed over when it has been left meanwhile', () => {
    const state = after(listed(), opened, loading, { kind: 'closed' }, loaded(pageOf(1, 2)));
    expect(state.open).toBeUndefined();
  });

  it('keeps its pins as they change, in order', () => {
    const pinned = (seq: number, rev: number) => aMessage(seq, { rev, pinnedAt: '2026-01-03T00:00:00.000Z' });
    const state = after(
      listed({ seq: 3 }),
      opened,
      heard('changed', pinned(3, 1)),
      heard('changed', pinned(1, 2)),
    );
    expect(state.open?.pins.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(reduce(state, heard('changed', aMessage(1, { rev: 3 }))).open?.pins.map(({ seq }) => seq)).toEqual(
      [3],
    );
  });

  it('never shows one twice or out of order, whatever comes when', () => {
    const step = fc.oneof(
      fc.record({ say: fc.constant(true) }),
      fc.record({ change: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        page: fc.constantFrom('newest', 'older', 'newer', 'around'),
        at: fc.integer({ min: 1, max: 60 }),
      }),
      fc.record({ answer: fc.constant(true) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let head = 20;
        let rev = 0;
        let asked: Action | undefined;
        let state = after(listed({ seq: head }), opened);
        for (const one of steps) {
          if ('say' in one) state = reduce(state, heard('message', aMessage(++head)));
          if ('change' in one)
            state = reduce(state, heard('changed', aMessage(Math.min(one.change, head), { rev: ++rev })));
          if ('page' in one && state.open?.log.loading === undefined) {
            const { messages } = state.open!.log;
            const first = messages[0]?.seq ?? head + 1;
            const last = messages.at(-1)?.seq ?? 0;
            const [from, to] = {
              newest: [head - 9, head],
              older: [first - 10, first - 1],
              newer: [last + 1, last + 10],
              around: [one.at - 5, one.at + 5],
            }[one.page] as [number, number];
            const page = from > head ? [] : pageOf(Math.max(1, from), Math.min(head, to));
            if (to < 1 || (one.page !== 'newest' && messages.length === 0) || page.length === 0) continue;
            state = reduce(state, { kind: 'loading', id: 'cnv_1', way: one.page });
            asked = loaded(page, one.page);
          }
          if ('answer' in one && asked) {
            state = reduce(state, asked);
            asked = undefined;
          }
          const shown = shownIn(state);
          expect(shown).toEqual(Array.from({ length: shown.length }, (_, at) => (shown[0] ?? 0) + at));
          const { hasNewer, loading: way } = state.open!.log;
          if (way === undefined && shown.length > 0 && !hasNewer) expect(shown.at(-1)).toBe(head);
        }
      }),
    );
  });
});

describe('what a conversation is to its user', () => {
  const standing = { role: 'admin', mutedUntil: '2026-02-01T00:00:00.000Z' } as const;

  it('is kept when it is told of without that: a new title says nothing of one’s role', () => {
    const state = after(
      listed({ me: { readSeq: 0, ...standing } }),
      heard('conversation', {
        conversationId: 'cnv_1',
        conversation: { ...CHAT, me: undefined, title: 'New' },
      }),
    );
    expect(chatIn(state)).toMatchObject({ title: 'New', ...standing });
    const loud = reduce(state, listed({ me: { readSeq: 0, role: 'member', mutedUntil: null } }));
    expect(chatIn(loud)).toMatchObject({ role: 'member', mutedUntil: null });
  });

  it('is what another device has made of it, and says nothing of a conversation that is not listed', () => {
    const news = { conversationId: 'cnv_1', removed: false, me: { readSeq: 0, ...standing } };
    const state = after(listed({ unreadMentions: 1 }), heard('conversation', news));
    expect(chatIn(state)).toMatchObject({ title: 'Plans', mentions: 1, ...standing });
    const loud = heard('conversation', { ...news, me: { readSeq: 0, role: 'admin', mutedUntil: null } });
    expect(chatIn(reduce(state, loud)).mutedUntil).toBeNull();
    expect(after(heard('conversation', news)).chats).toBeUndefined();
  });

  it('is nothing any more once one has left it, and nobody is warned of what they did themselves', () => {
    const gone = heard('left', { conversationId: 'cnv_1', error: {} });
    for (const order of [
      [gone, { kind: 'left_by_oneself', id: 'cnv_1' } as const],
      [{ kind: 'left_by_oneself', id: 'cnv_1' } as const, gone],
    ]) {
      const state = after(listed(), opened, ...order);
      expect(state).toMatchObject({ open: undefined, notice: undefined });
      expect(state.chats!.size).toBe(0);
    }
  });

  it('does not move marks back that were told of while the members were on their way', () => {
    const ben = { userId: 'ben', role: 'member' as const, deliveredSeq: 0, readSeq: 0 };
    const members = { kind: 'members', id: 'cnv_1', members: [ben] } as const;
    const marks = { conversationId: 'cnv_1', userId: 'ben', deliveredSeq: 3, readSeq: 2 };
    const state = after(listed(), opened, members, heard('receipt', marks), members);
    expect(state.open?.members).toEqual([{ ...ben, deliveredSeq: 3, readSeq: 2 }]);
    expect(state.open?.people?.some).toEqual(state.open?.members);
  });

  it('shows marks only where all who are in it are known', () => {
    const members = ['ada', 'ben'].map((userId) => ({
      userId,
      role: 'member' as const,
      deliveredSeq: 0,
      readSeq: 0,
    }));
    const some = after(listed(), opened, { kind: 'members', id: 'cnv_1', members, next: 'more' });
    expect(some.open).toMatchObject({ members: undefined, people: { some: members, next: 'more' } });
    const all = reduce(some, { kind: 'members', id: 'cnv_1', members });
    expect(all.open?.members).toEqual(members);
  });
});

describe('what one says', () => {
  const mine = { conversationId: 'cnv_1', clientMessageId: 'x', text: 'Hi' };
  const empty = [listed(), opened, loading, loaded([])];
  const lines = (state: ChatState) =>
    linesOf(state, state.open!, (at) => at.slice(0, 10)).filter(
      ({ kind }) => kind !== 'day' && kind !== 'unread',
    );

  it('is shown at once, then as stored, then as the message, as one line throughout', () => {
    const sending = after(...empty, heard('sending', mine));
    expect(lines(sending)).toMatchObject([{ kind: 'echo', key: 'x', progress: 'sending' }]);
    const sent = reduce(sending, heard('sent', { clientMessageId: 'x', seq: 1 }));
    expect(lines(sent)).toMatchObject([{ kind: 'echo', key: 'x', progress: 'sent' }]);
    const stored = reduce(sent, heard('message', aMessage(1, { senderId: 'ada', clientMessageId: 'x' })));
    expect(lines(stored)).toMatchObject([{ kind: 'message', key: 'x', isMine: true }]);
  });

  it('is somebody else’s message if they have chosen the same name for theirs', () => {
    const state = after(
      ...empty,
      heard('sending', mine),
      heard('message', aMessage(1, { clientMessageId: 'x' })),
    );
    expect(lines(state).map(({ kind }) => kind)).toEqual(['message', 'echo']);
  });

  it('says why it was not taken, until it is discarded', () => {
    const error = { code: 'forbidden', detail: 'Not here.' };
    const state = after(...empty, heard('sending', mine), heard('refused', { message: mine, error }));
    expect(lines(state)).toMatchObject([{ kind: 'refused', reason: 'Not here.' }]);
    expect(lines(reduce(state, { kind: 'discarded', id: 'x' }))).toEqual([]);
  });

  it.each([
    [[0, 0], 'sent'],
    [[1, 0], 'sent'],
    [[1, 1], 'delivered'],
  ] as const)('has come as far as the last of the others: %j is %s', (delivered, progress) => {
    const members = ['ben', 'cleo'].map((userId, at) => ({
      userId,
      role: 'member' as const,
      deliveredSeq: delivered[at]!,
      readSeq: 0,
    }));
    const said = heard('message', aMessage(1, { senderId: 'ada' }));
    const state = after(...empty, { kind: 'members', id: 'cnv_1', members }, said);
    expect(lines(state)).toMatchObject([{ progress }]);
    const read = ['ben', 'cleo'].map((userId) =>
      heard('receipt', { conversationId: 'cnv_1', userId, deliveredSeq: 1, readSeq: 1 }),
    );
    expect(lines(read.reduce(reduce, state))).toMatchObject([{ progress: 'read', readers: 2 }]);
  });
});

describe('who types', () => {
  const typing = (on: boolean) => heard('typing', { conversationId: 'cnv_1', userId: 'ben', on });

  it.each([
    ['say so', typing(false)],
    ['say something', heard('message', aMessage(1))],
    ['are silent for long', { kind: 'tick', now: 1_000 + TYPING_MS } as const],
  ])('does so until they %s', (_, end) => {
    const state = after(listed(), typing(true), typing(true));
    expect(state.typing.map(({ userId }) => userId)).toEqual(['ben']);
    expect(reduce(state, { kind: 'tick', now: 1_000 + TYPING_MS - 1 }).typing).toHaveLength(1);
    expect(reduce(state, end).typing).toEqual([]);
  });
});

describe('the lines of a conversation', () => {
  it('begin with what is new since it was opened, and with names where somebody else begins', () => {
    const page = [aMessage(1), aMessage(2), aMessage(3, { senderId: 'cleo' })];
    const state = after(listed({ seq: 3, me: { readSeq: 1 } }), opened, loading, loaded(page));
    const read = reduce(state, { kind: 'read', id: 'cnv_1', seq: 3 });
    const shown = linesOf(read, read.open!, (at) => at.slice(0, 10));
    expect(shown.map(({ kind }) => kind)).toEqual(['day', 'message', 'unread', 'message', 'message']);
    expect(shown.flatMap((line) => (line.kind === 'message' ? [line.begins] : []))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('mark nothing as new that comes while one looks on', () => {
    const state = after(listed({ seq: 1, me: { readSeq: 1 } }), opened, loading, loaded(pageOf(1, 1)));
    const next = reduce(state, heard('message', aMessage(2)));
    const kinds = linesOf(next, next.open!, (at) => at.slice(0, 10)).map(({ kind }) => kind);
    expect(kinds).toEqual(['day', 'message', 'message']);
  });
});
