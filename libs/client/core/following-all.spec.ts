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
});
