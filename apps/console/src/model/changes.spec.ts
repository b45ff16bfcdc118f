import { describe, expect, it } from '@jest/globals';
import type { ChatEvent, Message, OutgoingChange } from '#client/chat.js';
import { type ChatState, stateOf } from './chat-state.js';
import { linesOf } from './lines.js';
import { type Action, reduce } from './reduce.js';

const aMessage = (more: Partial<Message> = {}): Message => ({
  id: 'msg_1',
  conversationId: 'cnv_1',
  seq: 1,
  rev: 0,
  senderId: 'ada',
  clientMessageId: 'c1',
  text: 'Tusday',
  sentAt: '2026-01-02T12:00:00.000Z',
  ...more,
});
const heard = (name: ChatEvent['name'], data: object): Action => ({
  kind: 'heard',
  event: { name, data } as unknown as ChatEvent,
  now: Date.UTC(2026, 0, 3),
});
type What = OutgoingChange extends infer Each
  ? Each extends OutgoingChange
    ? Omit<Each, 'conversationId' | 'clientChangeId' | 'messageId' | 'clientMessageId'>
    : never
  : never;
const aChange = (clientChangeId: string, what: What): OutgoingChange => ({
  ...{ conversationId: 'cnv_1', clientChangeId, messageId: 'msg_1' },
  ...what,
});
const changing = (clientChangeId: string, what: What): Action =>
  heard('changing', aChange(clientChangeId, what));
const edit = (text: string): What => ({ action: 'message.edit', text });
const refused = (clientChangeId: string, what: What): Action =>
  heard('change_refused', {
    change: aChange(clientChangeId, what),
    error: { code: 'forbidden', detail: 'Not here.' },
  });

const before = (...messages: readonly Message[]): ChatState =>
  (
    [
      { kind: 'opened', id: 'cnv_1' },
      { kind: 'loading', id: 'cnv_1', way: 'newest' },
      { kind: 'loaded', id: 'cnv_1', way: 'newest', page: messages },
    ] as const
  ).reduce<ChatState>(reduce, stateOf('ada'));
const after = (state: ChatState, ...actions: readonly Action[]): ChatState => actions.reduce(reduce, state);
const linesIn = (state: ChatState) =>
  linesOf(state, state.open!, (at) => at.slice(0, 10)).filter((line) => line.kind === 'message');
const shownIn = (state: ChatState) => linesIn(state)[0]!;

describe('a change of a message', () => {
  it('is shown at once, and as it was stored when that is known', () => {
    const waiting = after(before(aMessage()), changing('x', edit('Tuesday')));
    expect(shownIn(waiting)).toMatchObject({ isChanging: true, message: { text: 'Tuesday' } });
    expect(shownIn(waiting).message.editedAt).toBe('2026-01-03T00:00:00.000Z');
    const stored = aMessage({ rev: 1, text: 'Tuesday', editedAt: '2026-01-04T00:00:00.000Z' });
    const made = after(
      waiting,
      heard('change_made', aChange('x', edit('Tuesday'))),
      heard('changed', stored),
    );
    expect(shownIn(made)).toMatchObject({ isChanging: false, message: stored });
    expect(made.changes).toEqual([]);
  });

  it('is shown once after a reload, which tells of it again', () => {
    const state = after(before(aMessage()), changing('x', edit('A')), changing('x', edit('A')));
    expect(state.changes).toHaveLength(1);
  });

  it('stands on what others have made of the message meanwhile', () => {
    const waiting = after(before(aMessage()), changing('x', edit('Tuesday')));
    const liked = after(waiting, heard('changed', aMessage({ rev: 1, reactions: { '👍': ['ben'] } })));
    expect(shownIn(liked).message).toMatchObject({ text: 'Tuesday', reactions: { '👍': ['ben'] } });
  });

  it('is made after those before it: what was put on is taken off again', () => {
    const react = (on: boolean): What => ({ action: 'message.react', emoji: '👍', on });
    const pin = (on: boolean): What => ({ action: 'message.pin', on });
    const on = after(before(aMessage()), changing('a', react(true)), changing('b', pin(true)));
    expect(shownIn(on).message).toMatchObject({ reactions: { '👍': ['ada'] }, pinnedBy: 'ada' });
    const off = after(on, changing('c', react(false)), changing('d', pin(false)));
    expect(shownIn(off).message).toMatchObject({ reactions: { '👍': [] } });
    expect(shownIn(off).message).not.toHaveProperty('pinnedAt');
  });

  it('leaves nothing of a message that is deleted', () => {
    const state = after(before(aMessage()), changing('x', { action: 'message.delete' }));
    expect(shownIn(state)).toMatchObject({ progress: undefined, message: { text: '', attachments: [] } });
    expect(shownIn(state).message.deletedAt).toBeDefined();
  });

  it('is of no other message: not of another conversation, and not of somebody else’s by the same name', () => {
    const { messageId: _, ...named } = aChange('x', edit('Mine'));
    const byName = heard('changing', { ...named, clientMessageId: 'c1' });
    const elsewhere = heard('changing', { ...aChange('y', edit('There')), conversationId: 'cnv_2' });
    const theirs = aMessage({ id: 'msg_2', seq: 2, senderId: 'ben' });
    const state = after(before(aMessage(), theirs), byName, elsewhere);
    expect(linesIn(state).map(({ message }) => message.text)).toEqual(['Mine', 'Tusday']);
  });

  it('that is refused leaves the message as it was, says so, and keeps the words until they are discarded', () => {
    const waiting = after(before(aMessage()), changing('x', edit('Tuesday')));
    const state = after(waiting, refused('x', edit('Tuesday')));
    expect(state.notice?.text).toBe('A message was not changed: Not here.');
    expect(shownIn(state)).toMatchObject({
      isChanging: false,
      message: aMessage(),
      refusedEdit: { edit: { text: 'Tuesday' }, reason: 'Not here.' },
    });
    const gone = after(state, { kind: 'discarded', id: 'x' });
    expect(shownIn(gone).refusedEdit).toBeUndefined();
  });

  it('that held no words and is refused is only told of', () => {
    const waiting = after(before(aMessage()), changing('x', { action: 'message.delete' }));
    const state = after(waiting, refused('x', { action: 'message.delete' }));
    expect(state).toMatchObject({ changes: [], notice: { text: expect.stringContaining('Not here.') } });
    expect(shownIn(state)).toMatchObject({ message: aMessage(), refusedEdit: undefined });
  });
});
