import { describe, expect, it } from '@jest/globals';
import { type ChatState, type Effect, INITIAL, type Input } from './state.js';
import { step } from './step.js';

let state: ChatState = INITIAL;

function feed(input: Input): readonly Effect[] {
  const next = step(state, input, { now: 1000, random: 0 });
  state = next.state;
  return next.effects;
}

function connected(): Extract<Effect, { kind: 'request' }>[] {
  state = INITIAL;
  feed({ kind: 'follow_all' });
  feed({ kind: 'follow', conversationId: 'cnv_a', position: { seq: 4, rev: 1 } });
  feed({ kind: 'start' });
  return requests(feed({ kind: 'opened', userId: 'anna', expiresAt: undefined }));
}

const requests = (effects: readonly Effect[]): Extract<Effect, { kind: 'request' }>[] =>
  effects.flatMap((one) => (one.kind === 'request' ? [one] : []));
const told = (effects: readonly Effect[]): unknown[] =>
  effects.flatMap((one) => (one.kind === 'tell' ? [one.event] : []));
const messageAt = (conversationId: string, seq: number): object => ({
  ...{ id: `msg_${seq}`, conversationId, seq, rev: 0 },
  ...{ senderId: 'ben', clientMessageId: `b-${seq}`, text: '', sentAt: '' },
});

describe('A client that follows all conversations', () => {
  it('asks which there are, and only then for what it missed of those it knows', () => {
    const [list, ...others] = connected();
    expect([list, others]).toEqual([{ kind: 'request', id: '1', action: 'resume', data: {} }, []]);
    const conversations = { cnv_a: { seq: 9, rev: 1 }, cnv_b: { seq: 7, rev: 2 } };
    const chats = [{ id: 'cnv_a' }, { id: 'cnv_b' }];
    const data = { conversations, chats, presence: [{ userId: 'ben', online: true }] };
    const effects = feed({ kind: 'answer', id: '1', answer: { ok: true, data } });
    expect(requests(effects)).toMatchObject([{ data: { conversations: { cnv_a: { seq: 4, rev: 1 } } } }]);
    expect(told(effects)).toEqual([
      { name: 'chats', data: chats },
      { name: 'presence', data: { userId: 'ben', online: true } },
    ]);
    expect(state.subscriptions.get('cnv_b')?.following.position).toEqual({ seq: 7, rev: 2 });
  });

  it('takes up a conversation that is new to it where the server begins to tell of it', () => {
    connected();
    const position = { seq: 50, rev: 3 };
    const effects = feed({
      kind: 'push',
      event: 'message.created',
      data: { ...messageAt('cnv_c', 50), position },
    });
    expect(told(effects)).toEqual([{ name: 'message', data: messageAt('cnv_c', 50) }]);
    expect(state.subscriptions.get('cnv_c')?.following.position).toEqual(position);
  });

  it('takes up one of which the first it hears is a change there, and asks for nothing that was before', () => {
    connected();
    feed({ kind: 'answer', id: '1', answer: { ok: true, data: { conversations: {}, chats: [] } } });
    const position = { seq: 50, rev: 3 };
    const message = { ...messageAt('cnv_c', 12), rev: 3 };
    const effects = feed({ kind: 'push', event: 'message.updated', data: { ...message, position } });
    expect(told(effects)).toEqual([{ name: 'changed', data: message }]);
    expect(state.subscriptions.get('cnv_c')).toMatchObject({ askAt: Infinity, following: { position } });
  });

  it('follows no more what its user was removed from', () => {
    connected();
    const effects = feed({
      kind: 'push',
      event: 'conversation.updated',
      data: { conversationId: 'cnv_a', removed: true },
    });
    expect(told(effects)).toMatchObject([{ name: 'left', data: { conversationId: 'cnv_a' } }]);
    expect(state.subscriptions.has('cnv_a')).toBe(false);
  });

  it('does not ask again for what is on its way, unless it stops coming', () => {
    connected();
    feed({ kind: 'answer', id: '1', answer: { ok: true, data: { conversations: {} } } });
    feed({
      kind: 'answer',
      id: '2',
      answer: { ok: true, data: { conversations: { cnv_a: { seq: 6, rev: 1 } } } },
    });
    expect(state.subscriptions.get('cnv_a')?.askAt).toBe(11_000);
    for (const seq of [5, 6]) {
      const data = { ...messageAt('cnv_a', seq), position: { seq, rev: 1 } };
      feed({ kind: 'push', event: 'message.created', data });
    }
    expect(state.subscriptions.get('cnv_a')?.askAt).toBe(Infinity);
    expect(state.link).toMatchObject({ caughtUp: true });
  });

  const chat = (n: number): object => ({ id: `cnv_${n}`, seq: n, rev: 0, me: { readSeq: 0 } });
  const page = (ids: readonly number[], next: string | null, named = ids): object => ({
    conversations: Object.fromEntries(named.map((n) => [`cnv_${n}`, { seq: n, rev: 0 }])),
    chats: ids.map(chat),
    next,
  });
  const answered = (id: string, data: object): readonly Effect[] =>
    feed({ kind: 'answer', id, answer: { ok: true, data: data as never } });

  it('reads page after page, and then the first again for what has moved up meanwhile', () => {
    connected();
    const second = answered('1', page([9, 8], 'p2'));
    expect(requests(second)).toMatchObject([{ id: '2', action: 'resume', data: { after: 'p2' } }]);
    // 5 was to come next, and is said something in now: it is on no page of this pass.
    const again = answered('2', page([7, 6], null));
    expect(requests(again)).toMatchObject([{ id: '3', data: {} }]);
    const beyond = answered('3', page([5, 9], 'p2'));
    expect(requests(beyond)).toMatchObject([{ id: '4', data: { after: 'p2' } }]);
    expect(requests(answered('4', page([8, 7], 'p3')))).toMatchObject([{ id: '5', data: {} }]);
    const done = answered('5', page([5, 9], 'p2'));
    expect(requests(done)).toMatchObject([{ data: { conversations: { cnv_a: { seq: 4, rev: 1 } } } }]);
    expect([...state.subscriptions.keys()].toSorted()).toEqual([
      'cnv_5',
      'cnv_6',
      'cnv_7',
      'cnv_8',
      'cnv_9',
      'cnv_a',
    ]);
    const [shown] = told(done) as { data: { id: string }[] }[];
    expect(shown?.data.map(({ id }) => id)).toEqual(['cnv_5', 'cnv_9', 'cnv_8', 'cnv_7', 'cnv_6']);
  });

  it('asks for those of a page again for which there was no room, from where their chat is', () => {
    connected();
    const effects = answered('1', page([9, 8], null, [9]));
    expect(requests(effects)).toMatchObject([
      { data: { conversations: { cnv_a: { seq: 4, rev: 1 }, cnv_8: { seq: 8, rev: 0 } } } },
    ]);
    const rest = answered('2', { conversations: { cnv_8: { seq: 8, rev: 0 } } });
    expect(requests(rest)).toMatchObject([{ data: { conversations: { cnv_a: { seq: 4, rev: 1 } } } }]);
  });

  it('tells how far others are, when they have come further than was known', () => {
    connected();
    const marks = (ben: readonly [number, number]): object => ({
      conversations: { cnv_b: { seq: 7, rev: 2, marks: { ben } } },
    });
    const receipt = (deliveredSeq: number, readSeq: number): object => ({
      name: 'receipt',
      data: { conversationId: 'cnv_b', userId: 'ben', deliveredSeq, readSeq },
    });
    expect(told(answered('1', marks([5, 3])))).toEqual([receipt(5, 3)]);
    const push = (deliveredSeq: number, readSeq: number): unknown[] =>
      told(
        feed({
          kind: 'push',
          event: 'receipt.updated',
          data: { conversationId: 'cnv_b', userId: 'ben', deliveredSeq, readSeq },
        }),
      );
    expect(push(5, 2)).toEqual([]);
    expect(push(6, 2)).toEqual([receipt(6, 3)]);
  });
});
