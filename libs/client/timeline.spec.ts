import { describe, expect, it } from '@jest/globals';
import type { Message } from './frames.js';
import { EMPTY, shownAfter, type Timeline, type TimelineEvent } from './timeline.js';

const said = (text: string) => ({ conversationId: 'cnv_a', clientMessageId: text, text });
const stored = (seq: number, text: string): Message => ({
  ...said(text),
  ...{ id: `msg_${seq}`, seq, rev: 0, senderId: 'anna', sentAt: 'then' },
});
const sending = (text: string): TimelineEvent => ({ name: 'sending', data: said(text) });
const sent = (seq: number, text: string): TimelineEvent => ({
  name: 'sent',
  data: { messageId: `msg_${seq}`, conversationId: 'cnv_a', seq, sentAt: 'then', clientMessageId: text },
});
const message = (seq: number, text: string): TimelineEvent => ({ name: 'message', data: stored(seq, text) });

function shown(...events: readonly TimelineEvent[]): string[] {
  const { entries } = events.reduce<Timeline>(shownAfter, EMPTY);
  return entries.map(
    (one) => `${one.state === 'sending' ? '' : `${one.seq} `}${one.state} ${one.message.text}`,
  );
}

describe('What is shown of a conversation', () => {
  it('has what is being sent below what is there', () => {
    expect(shown(sending('a'), sending('b'), message(1, 'x'))).toEqual([
      '1 stored x',
      'sending a',
      'sending b',
    ]);
  });

  it('moves an echo to its place when it is acknowledged, and puts the message there when it comes', () => {
    const soFar = [message(1, 'x'), sending('a'), sending('b'), sent(3, 'a')];
    expect(shown(...soFar)).toEqual(['1 stored x', '3 sent a', 'sending b']);
    expect(shown(...soFar, message(2, 'y'), message(3, 'a'))).toEqual([
      ...['1 stored x', '2 stored y', '3 stored a'],
      'sending b',
    ]);
  });

  it('shows a message once, whether it or its acknowledgement comes first', () => {
    expect(shown(sending('a'), sent(1, 'a'), message(1, 'a'))).toEqual(['1 stored a']);
    expect(shown(sending('a'), message(1, 'a'), sent(1, 'a'))).toEqual(['1 stored a']);
  });

  it('shows a change in the place of its message, and no more what was refused', () => {
    const changed: TimelineEvent = { name: 'changed', data: { ...stored(1, 'edited'), rev: 1 } };
    const error = { code: 'forbidden', detail: 'No.' };
    const refused: TimelineEvent = { name: 'refused', data: { message: said('a'), error } };
    expect(shown(message(1, 'x'), sending('a'), changed, refused)).toEqual(['1 stored edited']);
  });
});
