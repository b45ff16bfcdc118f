import { describe, expect, it } from '@jest/globals';
import type { Closing, OutgoingChange } from '../frames.js';
import { waitMs } from './link.js';
import { type ChatState, type Effect, INITIAL, type Input } from './state.js';
import { nextWake } from './due.js';
import { step } from './step.js';

/** The core on a clock that stands still, unless a test moves it. */
class Core {
  state: ChatState = INITIAL;
  now = 1_000_000;
  random = 0.5;

  feed(input: Input): readonly Effect[] {
    const { state, effects } = step(this.state, input, { now: this.now, random: this.random });
    this.state = state;
    return effects;
  }

  connected(expiresAt?: number): this {
    this.feed({ kind: 'start' });
    this.feed({ kind: 'opened', userId: 'anna', expiresAt });
    return this;
  }

  lost(closing: Closing): readonly Effect[] {
    return this.feed({ kind: 'lost', closing });
  }

  /** To the next moment at which something is due. */
  wait(): readonly Effect[] {
    this.now = nextWake(this.state);
    return this.feed({ kind: 'tick' });
  }

  follow(conversationId: string): readonly Effect[] {
    return this.feed({ kind: 'follow', conversationId, position: { seq: 0, rev: 0 } });
  }

  change(what: object): readonly Effect[] {
    const change = { conversationId: 'cnv_a', ...what } as OutgoingChange;
    const told = this.feed({ kind: 'change', change });
    return [...told, ...this.feed({ kind: 'kept', id: change.clientChangeId })];
  }

  send(text: string, conversationId = 'cnv_a'): readonly Effect[] {
    const told = this.feed({ kind: 'send', message: { conversationId, clientMessageId: text, text } });
    return [...told, ...this.feed({ kind: 'kept', id: text })];
  }
}

const kinds = (effects: readonly Effect[]): string[] =>
  effects.map((one) => (one.kind === 'tell' ? `tell ${one.event.name}` : one.kind));
const requests = (effects: readonly Effect[]): Extract<Effect, { kind: 'request' }>[] =>
  effects.flatMap((one) => (one.kind === 'request' ? [one] : []));
const again: Closing = { kind: 'reconnect', code: '1006' };

describe('The link', () => {
  it('comes again at a moment between nothing and a bound that doubles up to half a minute', () => {
    expect([0, 1, 2, 10].map((attempt) => waitMs(attempt, 0.999_999))).toEqual([499, 999, 1999, 29_999]);
    expect(waitMs(10, 0)).toBe(0);
  });

  it('waits longer with each call that fails, and begins anew once it was answered', () => {
    const core = new Core().connected();
    core.lost(again);
    expect(nextWake(core.state) - core.now).toBe(250);
    core.wait();
    core.lost(again);
    expect(nextWake(core.state) - core.now).toBe(500);
    core.wait();
    core.feed({ kind: 'opened', userId: 'anna', expiresAt: undefined });
    const [resume] = requests(core.follow('cnv_a'));
    core.feed({ kind: 'answer', id: resume!.id, answer: { ok: true, data: { conversations: {} } } });
    core.lost(again);
    expect(nextWake(core.state) - core.now).toBe(250);
  });

  it('leaves when it is told to, and stays away for as long as it was told', () => {
    const core = new Core().connected();
    const effects = core.feed({ kind: 'push', event: 'reconnect', data: { delayMs: 7000 } });
    expect(kinds(effects)).toEqual(['hang_up', 'tell link']);
    expect(nextWake(core.state) - core.now).toBe(7250);
  });

  it('does not come again after a terminal closing, until it is started', () => {
    const core = new Core().connected();
    const effects = core.lost({ kind: 'terminal', code: '4403' });
    expect(effects).toContainEqual({
      kind: 'tell',
      event: { name: 'link', data: { status: 'ended', code: '4403' } },
    });
    expect(nextWake(core.state)).toBe(Infinity);
    expect(kinds(core.feed({ kind: 'start' }))).toEqual(['tell link', 'dial']);
  });

  it('comes with another token when one is refused, and gives up at the third in a row', () => {
    const core = new Core().connected();
    const refused: Closing = { kind: 'unauthenticated', code: '4401' };
    for (const _ of ['first', 'second']) {
      core.lost(refused);
      expect(kinds(core.wait())).toEqual(['tell link', 'dial']);
    }
    core.lost(refused);
    expect(core.state.link).toEqual({ kind: 'stopped' });
  });

  it('is not given up for a token that is refused after the server was away for long', () => {
    const core = new Core().connected();
    for (let outage = 0; outage < 10; outage++) {
      core.lost(again);
      core.wait();
    }
    core.lost({ kind: 'unauthenticated', code: '4401' });
    expect(core.state.link.kind).toBe('waiting');
  });

  it('hangs up on a call that is not answered within 20 s, and on a request that is not within 15 s', () => {
    const core = new Core();
    core.feed({ kind: 'start' });
    const dialled = core.now;
    expect(kinds(core.wait())).toEqual(['hang_up', 'tell link']);
    expect(core.now - dialled).toBe(20_000);
    core.wait();
    core.feed({ kind: 'opened', userId: 'anna', expiresAt: undefined });
    core.follow('cnv_a');
    const asked = core.now;
    expect(kinds(core.wait())).toEqual(['hang_up', 'tell link']);
    expect(core.now - asked).toBe(15_000);
  });

  it('asks for a token before the last one expires, and gives it to the server on the same connection', () => {
    const core = new Core().connected(1_000_000 + 3_600_000);
    expect(kinds(core.wait())).toEqual(['renew']);
    expect(core.now).toBe(1_000_000 + 3_600_000 - 90_000);
    const [request] = requests(
      core.feed({ kind: 'renewed', token: 'newer', expiresAt: core.now + 3_600_000 }),
    );
    expect(request).toMatchObject({ action: 'token.refresh', data: { token: 'newer' } });
    core.feed({ kind: 'answer', id: request!.id, answer: { ok: true, data: {} } });
    expect(nextWake(core.state)).toBe(core.now + 3_600_000 - 90_000);
  });

  it('does not ask for tokens without a pause on a device whose clock is fast', () => {
    const core = new Core().connected(500_000);
    const connected = core.now;
    expect(kinds(core.wait())).toEqual(['renew']);
    expect(core.now - connected).toBe(10_000);
    core.feed({ kind: 'renewed', token: 'newer', expiresAt: 500_000 });
    expect(nextWake(core.state) - core.now).toBe(10_000);
  });

  it('asks once more, 5 s later, when there was no token to be had', () => {
    const core = new Core().connected(1_000_000 + 3_600_000);
    core.wait();
    core.feed({ kind: 'renewed', token: undefined, expiresAt: undefined });
    const failed = core.now;
    expect(kinds(core.wait())).toEqual(['renew']);
    expect(core.now - failed).toBe(5000);
  });

  it('enters its rooms and says its presence on each connection', () => {
    const core = new Core().connected();
    core.feed({ kind: 'room', conversationId: 'cnv_r', on: true });
    core.feed({ kind: 'presence', data: { state: 'away' } });
    core.lost(again);
    core.wait();
    const said = core.feed({ kind: 'opened', userId: 'anna', expiresAt: undefined });
    expect(said.filter((one) => one.kind === 'say')).toEqual([
      { kind: 'say', action: 'room.join', data: { conversationId: 'cnv_r' } },
      { kind: 'say', action: 'presence.set', data: { state: 'away' } },
    ]);
  });

  it('tells who called that the answer was lost, or that nobody was asked', () => {
    const core = new Core();
    const call = { kind: 'call', action: 'message.pin', data: {} } as const;
    expect(core.feed({ ...call, ticket: 1 })).toMatchObject([
      { ticket: 1, answer: { error: { code: 'offline' } } },
    ]);
    core.connected().feed({ ...call, ticket: 2 });
    expect(core.lost(again)).toContainEqual(
      expect.objectContaining({
        ticket: 2,
        answer: { ok: false, error: expect.objectContaining({ code: 'connection_lost' }) },
      }),
    );
  });
});

describe('The outbox', () => {
  it('tries nothing that is not kept yet', () => {
    const core = new Core().connected();
    const message = { conversationId: 'cnv_a', clientMessageId: 'one', text: 'one' };
    expect(kinds(core.feed({ kind: 'send', message }))).toEqual(['tell sending', 'keep_unsent']);
    expect(kinds(core.feed({ kind: 'kept', id: 'one' }))).toEqual(['request']);
  });

  it('sends the next of a conversation when the one before is answered, and other conversations meanwhile', () => {
    const core = new Core().connected();
    const [one] = requests(core.send('one'));
    expect(requests(core.send('two'))).toEqual([]);
    expect(requests(core.send('other', 'cnv_b'))).toHaveLength(1);
    const data = { messageId: 'msg_1', conversationId: 'cnv_a', seq: 1, sentAt: 'now' };
    const effects = core.feed({ kind: 'answer', id: one!.id, answer: { ok: true, data } });
    expect(kinds(effects)).toEqual(['forget_unsent', 'tell sent', 'request']);
    expect(requests(effects)[0]!.data).toMatchObject({ clientMessageId: 'two' });
  });

  it('sends again under the same id when the connection ends before the answer', () => {
    const core = new Core().connected();
    const [first] = requests(core.send('one'));
    core.lost(again);
    core.wait();
    const [second] = requests(core.feed({ kind: 'opened', userId: 'anna', expiresAt: undefined }));
    expect(second!.data).toEqual(first!.data);
  });

  it('asks for its message if it does not come within a second of its acknowledgement', () => {
    const core = new Core().connected();
    const [resume] = requests(core.follow('cnv_a'));
    const conversations = { cnv_a: { seq: 0, rev: 0, more: false } };
    core.feed({ kind: 'answer', id: resume!.id, answer: { ok: true, data: { conversations } } });
    const [one] = requests(core.send('one'));
    const data = { messageId: 'msg_1', conversationId: 'cnv_a', seq: 1, sentAt: 'now' };
    core.feed({ kind: 'answer', id: one!.id, answer: { ok: true, data } });
    const acknowledged = core.now;
    const [asked] = requests(core.wait());
    expect(asked).toMatchObject({ action: 'resume', data: { conversations: { cnv_a: { seq: 0, rev: 0 } } } });
    expect(core.now - acknowledged).toBe(1000);
  });

  it('tells a refusal, takes the message out and goes on with the next', () => {
    const core = new Core().connected();
    const [one] = requests(core.send('one'));
    core.send('two');
    const error = { code: 'forbidden', detail: 'No.' };
    const effects = core.feed({ kind: 'answer', id: one!.id, answer: { ok: false, error } });
    expect(kinds(effects)).toEqual(['forget_unsent', 'tell refused', 'request']);
  });

  it('keeps what is refused for now, and tries it when it was told to', () => {
    const core = new Core().connected();
    const [one] = requests(core.send('one'));
    const error = { code: 'rate_limited', detail: 'Slower.', retryAfterMs: 4000 };
    expect(core.feed({ kind: 'answer', id: one!.id, answer: { ok: false, error } })).toEqual([]);
    const refused = core.now;
    expect(requests(core.wait())[0]!.data).toEqual(one!.data);
    expect(core.now - refused).toBe(4000);
  });

  it('tells what could not be kept, and does not send it', () => {
    const core = new Core().connected();
    core.feed({ kind: 'send', message: { conversationId: 'cnv_a', clientMessageId: 'one', text: 'one' } });
    const effects = core.feed({ kind: 'not_kept', id: 'one', detail: 'Full.' });
    expect(effects).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ name: 'refused' }) as unknown }),
    );
    expect(core.state.outbox).toEqual([]);
  });

  it('makes a change after what was said and changed before it, and of a message that is not sent yet after that', () => {
    const core = new Core().connected();
    const [sent] = requests(core.send('one'));
    core.change({ clientChangeId: 'e1', clientMessageId: 'one', action: 'message.edit', text: 'uno' });
    core.change({ clientChangeId: 'r1', messageId: 'msg_0', action: 'message.react', emoji: '👍', on: true });
    const ack = { messageId: 'msg_1', conversationId: 'cnv_a', seq: 1, sentAt: 'now' };
    const after = core.feed({ kind: 'answer', id: sent!.id, answer: { ok: true, data: ack } });
    expect(requests(after)).toMatchObject([{ action: 'message.edit', data: { clientChangeId: 'e1' } }]);
    const [edit] = requests(after);
    const message = { id: 'msg_1', conversationId: 'cnv_a', seq: 1, rev: 1, senderId: 'anna', text: 'uno' };
    const made = core.feed({ kind: 'answer', id: edit!.id, answer: { ok: true, data: { message } } });
    expect(kinds(made)).toEqual(['forget_unsent', 'tell change_made', 'tell changed', 'request']);
    expect(requests(made)).toMatchObject([{ action: 'message.react', data: { messageId: 'msg_0' } }]);
  });

  it('shows what a change has made of a message though its push is lost', () => {
    const core = new Core().connected();
    core.feed({ kind: 'follow', conversationId: 'cnv_a', position: { seq: 3, rev: 7 } });
    const [edit] = requests(
      core.change({ clientChangeId: 'e1', messageId: 'msg_2', action: 'message.edit', text: 'x' }),
    );
    const message = { id: 'msg_2', conversationId: 'cnv_a', seq: 2, rev: 8, text: 'x' };
    const answer = { ok: true, data: { message } } as const;
    expect(kinds(core.feed({ kind: 'answer', id: edit!.id, answer }))).toContain('tell changed');
  });

  it('tells with a message that is refused that the changes of it are, and makes no others wait for it', () => {
    const core = new Core().connected();
    const [sent] = requests(core.send('one'));
    core.change({ clientChangeId: 'e1', clientMessageId: 'one', action: 'message.delete' });
    core.change({ clientChangeId: 'r1', messageId: 'msg_0', action: 'message.react', emoji: '👍', on: true });
    const error = { code: 'forbidden', detail: 'No.' };
    const effects = core.feed({ kind: 'answer', id: sent!.id, answer: { ok: false, error } });
    expect(kinds(effects)).toEqual([
      'forget_unsent',
      'tell refused',
      'forget_unsent',
      'tell change_refused',
      'request',
    ]);
    expect(core.state.outbox).toMatchObject([{ change: { clientChangeId: 'r1' } }]);
  });

  it('does not take another user’s message with the same client message id for its own', () => {
    const core = new Core().connected();
    core.send('one');
    const message = {
      id: 'msg_1',
      conversationId: 'cnv_a',
      seq: 1,
      rev: 0,
      clientMessageId: 'one',
      text: '',
      sentAt: '',
    };
    core.feed({ kind: 'push', event: 'message.created', data: { ...message, senderId: 'ben' } });
    expect(core.state.outbox).toHaveLength(1);
    core.feed({ kind: 'push', event: 'message.created', data: { ...message, seq: 2, senderId: 'anna' } });
    expect(core.state.outbox).toHaveLength(0);
  });
});

describe('A conversation', () => {
  it('that its user is not in is told and followed no more', () => {
    const core = new Core().connected();
    const [resume] = requests(core.follow('cnv_a'));
    const conversations = { cnv_a: { error: { code: 'forbidden', detail: 'No.' } } };
    const effects = core.feed({
      kind: 'answer',
      id: resume!.id,
      answer: { ok: true, data: { conversations } },
    });
    expect(kinds(effects)).toEqual(['forget_place', 'tell left']);
    expect(core.state.subscriptions.size).toBe(0);
  });

  it('is read up to what was told, and no further', () => {
    const core = new Core().connected();
    core.feed({ kind: 'follow', conversationId: 'cnv_a', position: { seq: 4, rev: 0 } });
    const [mark] = requests(core.feed({ kind: 'read', conversationId: 'cnv_a', seq: 9 }));
    expect(mark).toMatchObject({ action: 'receipt.read', data: { conversationId: 'cnv_a', seq: 4 } });
    expect(core.feed({ kind: 'read', conversationId: 'cnv_a', seq: 2 })).toEqual([]);
  });

  it('tells at once of the first that came, and of the others together a second later', () => {
    const core = new Core().connected();
    core.feed({ kind: 'follow', conversationId: 'cnv_a', position: { seq: 4, rev: 0 } });
    const come = (seq: number) => {
      const message = { id: `msg_${seq}`, conversationId: 'cnv_a', seq, rev: 0, clientMessageId: `b${seq}` };
      const data = { ...message, senderId: 'ben', text: '', sentAt: '' };
      return requests(core.feed({ kind: 'push', event: 'message.created', data })).filter(
        ({ action }) => action === 'receipt.delivered',
      );
    };
    const [first, ...more] = come(5);
    expect(first).toMatchObject({ data: { seq: 5 } });
    expect(more).toEqual([]);
    // While it is on its way nobody looks again and again whether it is time for the next one.
    core.now += 1500;
    expect(come(6)).toEqual([]);
    expect(nextWake(core.state)).toBeGreaterThan(core.now + 1000);
    const answer = { ok: true, data: {} } as const;
    const [second] = requests(core.feed({ kind: 'answer', id: first!.id, answer }));
    expect(second).toMatchObject({ data: { seq: 6 } });
    core.feed({ kind: 'answer', id: second!.id, answer });
    core.now += 100;
    expect([...come(7), ...come(8)]).toEqual([]);
    expect(nextWake(core.state) - core.now).toBe(900);
    expect(requests(core.wait())).toMatchObject([{ data: { seq: 8 } }]);
  });

  it('of which something was read is not told to be delivered so far as well', () => {
    const core = new Core().connected();
    core.feed({ kind: 'follow', conversationId: 'cnv_a', position: { seq: 4, rev: 0 } });
    const [read] = requests(core.feed({ kind: 'read', conversationId: 'cnv_a', seq: 4 }));
    const answer = { ok: true, data: {} } as const;
    expect(requests(core.feed({ kind: 'answer', id: read!.id, answer }))).toEqual([]);
    expect(core.state.subscriptions.get('cnv_a')).toMatchObject({
      delivered: { at: 4, told: 4 },
      read: { at: 4, told: 4 },
    });
  });

  it('whose mark is refused for now is not asked of without a pause', () => {
    const core = new Core().connected();
    core.feed({ kind: 'follow', conversationId: 'cnv_a', position: { seq: 4, rev: 0 } });
    const [mark] = requests(core.feed({ kind: 'read', conversationId: 'cnv_a', seq: 4 }));
    const error = { code: 'rate_limited', detail: 'Slower.' };
    expect(requests(core.feed({ kind: 'answer', id: mark!.id, answer: { ok: false, error } }))).toEqual([]);
    expect(nextWake(core.state) - core.now).toBe(1000);
  });
});
