import { describe, expect, it } from '@jest/globals';
import type { ConversationId, ConversationKind, Member, Role } from './conversation.js';
import {
  type Change,
  changed,
  changedOnce,
  changeNameOf,
  type Message,
  type MessageId,
  MOST_CHANGE_NAMES,
  MOST_REACTIONS,
} from './message.js';

const NOW = Date.UTC(2026, 0, 31, 13);
const conversationId = 'cnv_1' as ConversationId;

const member = (userId: string, role: Role = 'member'): Member => ({
  conversationId,
  userId,
  role,
  joinedAt: NOW,
  deliveredSeq: 0,
  readSeq: 0,
});
const anna = member('anna');
const ben = member('ben');

/** Of anna. */
function aMessage(change: Partial<Message> = {}): Message {
  return {
    id: 'msg_1' as MessageId,
    conversationId,
    seq: 7,
    rev: 3,
    senderId: 'anna',
    clientMessageId: 'c1',
    text: 'Hello',
    replyTo: 'msg_0' as MessageId,
    mentions: ['ben'],
    attachments: [{ id: 'att_1', name: 'a.png', mediaType: 'image/png', bytes: 3 }],
    reactions: {},
    sentAt: NOW - 5,
    ...change,
  };
}
const change = (
  message: Message,
  asked: Change,
  by: Member = anna,
  kind: ConversationKind = 'group',
): Message => changed(message, asked, by, { kind }, NOW);
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code });

describe('an edit', () => {
  const edit: Change = { kind: 'edit', text: 'Bye', mentions: [] };

  it('replaces what was said and says when', () => {
    const message = aMessage();
    expect(change(message, edit)).toEqual({ ...message, text: 'Bye', mentions: [], editedAt: NOW });
  });

  it('is for who wrote it, whatever others are', () => {
    for (const by of [ben, member('ben', 'owner')])
      expect(() => change(aMessage(), edit, by)).toThrow(refusal('forbidden'));
  });

  it('that says the same changes nothing', () => {
    const message = aMessage();
    expect(change(message, { kind: 'edit', text: 'Hello', mentions: ['ben'] })).toBe(message);
    expect(change(message, { kind: 'edit', text: 'Hello', mentions: [] })).not.toBe(message);
  });
});

describe('a deletion', () => {
  it('leaves the place in the log and nothing of what was said', () => {
    const full = aMessage({ reactions: { '👍': ['ben'] }, editedAt: NOW, pinnedAt: NOW, pinnedBy: 'ben' });
    const { id, seq, rev, senderId, clientMessageId, sentAt } = full;
    const place = { id, conversationId, seq, rev, senderId, clientMessageId, sentAt };
    const nothing = { text: '', mentions: [], attachments: [], reactions: {}, deletedAt: NOW };
    expect(change(full, { kind: 'delete' })).toStrictEqual({ ...place, ...nothing });
  });

  it('is for who wrote it, and for admins of a group or a room', () => {
    const remove: Change = { kind: 'delete' };
    expect(() => change(aMessage(), remove, ben)).toThrow(refusal('forbidden'));
    expect(() => change(aMessage(), remove, member('ben', 'owner'), 'direct')).toThrow(refusal('forbidden'));
    for (const kind of ['group', 'room'] as const)
      expect(change(aMessage(), remove, member('ben', 'admin'), kind).deletedAt).toBe(NOW);
  });

  it('is the end of it: once more is the same, all else is refused', () => {
    const tombstone = change(aMessage(), { kind: 'delete' });
    expect(change(tombstone, { kind: 'delete' }, ben)).toBe(tombstone);
    const others: Change[] = [
      { kind: 'edit', text: 'x', mentions: [] },
      { kind: 'react', emoji: '👍', on: true },
      { kind: 'pin', on: true },
    ];
    for (const other of others) expect(() => change(tombstone, other)).toThrow(refusal('invalid_transition'));
  });
});

describe('a reaction', () => {
  const react = (message: Message, emoji: string, by: Member = anna, on = true): Message =>
    change(message, { kind: 'react', emoji, on }, by);

  it('is kept in the order in which people reacted, once of each', () => {
    const both = react(react(aMessage(), '👍', ben), '👍');
    expect(both.reactions).toEqual({ '👍': ['ben', 'anna'] });
    expect(react(both, '👍', ben)).toBe(both);
  });

  it('is taken back by who gave it, and leaves no empty one behind', () => {
    const both = react(react(aMessage(), '👍', ben), '👍');
    const one = react(both, '👍', ben, false);
    expect(one.reactions).toEqual({ '👍': ['anna'] });
    expect(react(one, '👍', anna, false).reactions).toEqual({});
    expect(react(one, '👍', ben, false)).toBe(one);
  });

  it.each(['constructor', '__proto__', 'toString', '1'])('with %j is one like all others', (word) => {
    const message = react(aMessage(), word);
    expect(Object.entries(message.reactions)).toEqual([[word, ['anna']]]);
    expect(react(message, word)).toBe(message);
    expect(Object.keys(react(message, word, anna, false).reactions)).toEqual([]);
  });

  it('is refused when there are too many different ones, and joined where it is there', () => {
    let message = aMessage();
    for (let i = 0; i < MOST_REACTIONS; i++) message = react(message, `e${i}`);
    expect(() => react(message, 'one more')).toThrow(refusal('validation_failed'));
    expect(react(message, 'e0', ben).reactions['e0']).toEqual(['anna', 'ben']);
    expect(react(message, 'one more', anna, false)).toBe(message);
  });
});

describe('a pin', () => {
  const pin = (message: Message, on: boolean, by = anna, kind: ConversationKind = 'group'): Message =>
    change(message, { kind: 'pin', on }, by, kind);

  it('says who pinned it and when, and is taken off again', () => {
    const message = aMessage();
    const pinned = pin(message, true, ben);
    expect(pinned).toEqual({ ...message, pinnedAt: NOW, pinnedBy: 'ben' });
    expect(pin(pinned, true)).toBe(pinned);
    expect(pin(pinned, false)).toStrictEqual(message);
    expect(pin(message, false)).toBe(message);
  });

  it('is for admins in a room, and for everybody elsewhere', () => {
    expect(() => pin(aMessage(), true, ben, 'room')).toThrow(refusal('forbidden'));
    expect(pin(aMessage(), true, member('ben', 'admin'), 'room').pinnedBy).toBe('ben');
    expect(pin(aMessage(), true, ben, 'direct').pinnedBy).toBe('ben');
  });
});

describe('a change with a name', () => {
  const edited = (text: string) => (message: Message) =>
    change(message, { kind: 'edit', text, mentions: [] });
  const name = changeNameOf('anna', 'one');

  it('is made once, though another device has edited or taken back the message since', () => {
    const first = changedOnce(aMessage(), name, edited('A'));
    const second = changedOnce(first, changeNameOf('anna', 'two'), edited('B'));
    expect(changedOnce(second, name, edited('A'))).toBe(second);
    const gone = changedOnce(second, changeNameOf('anna', 'three'), (one) => change(one, { kind: 'delete' }));
    expect(changedOnce(gone, name, edited('A'))).toBe(gone);
    expect(gone).toMatchObject({ text: '', deletedAt: NOW });
  });

  it('is made for each who calls theirs the same', () => {
    const react = (by: Member) => (message: Message) =>
      change(message, { kind: 'react', emoji: '👍', on: true }, by);
    const one = changedOnce(aMessage(), name, react(anna));
    const both = changedOnce(one, changeNameOf('ben', 'one'), react(ben));
    expect(both.reactions).toEqual({ '👍': ['anna', 'ben'] });
  });

  it('that changes nothing is no change, and of many the last are remembered', () => {
    const message = aMessage();
    expect(changedOnce(message, name, (same) => same)).toBe(message);
    let last = message;
    for (let i = 0; i < MOST_CHANGE_NAMES + 5; i++)
      last = changedOnce(last, changeNameOf('anna', `${i}`), edited(`${i}`));
    expect(last.changeNames).toHaveLength(MOST_CHANGE_NAMES);
    expect(last.changeNames?.at(-1)).toBe(`anna ${MOST_CHANGE_NAMES + 4}`);
  });
});
