import { describe, expect, it } from '@jest/globals';
import { aConversation, aDraft } from '#ports/chat/testing/chat-stores.js';
import type { Message } from '#domain/chat/model/message.js';
import { LiveLog } from './live-log.js';

const of = aConversation().build();
const START = Date.UTC(2026, 0, 1);

function message(seq: number, sentAt: number): Message {
  return { ...aDraft(of), seq, rev: 0, sentAt, reactions: {} };
}

describe('what is kept of a log for those who were away for a moment', () => {
  const live = (): LiveLog => {
    const log = new LiveLog({ seq: 0, rev: 0 });
    for (const seq of [1, 2, 3, 4]) log.take('message', message(seq, START + seq * 1_000));
    return log;
  };
  const missedFrom = (log: LiveLog, seq: number): readonly number[] | undefined =>
    log.missedBy({ seq, rev: 0 })?.told.map(({ position }) => position.seq);

  it('is what they have missed, in order', () => {
    expect(missedFrom(live(), 1)).toEqual([2, 3, 4]);
  });

  it('is forgotten when it is old: they read the log if they missed something of that', () => {
    const log = live();
    log.forgetBefore(START + 3_000);
    expect(missedFrom(log, 1)).toBeUndefined();
    expect(missedFrom(log, 2)).toEqual([3, 4]);
    log.forgetBefore(START + 60_000);
    expect(missedFrom(log, 3)).toBeUndefined();
    expect(missedFrom(log, 4)).toEqual([]);
  });

  it('is not taken for all there is when a change was forgotten', () => {
    const log = live();
    log.take('change', { ...message(1, START + 1_000), rev: 1 });
    expect(log.missedBy({ seq: 4, rev: 0 })?.told).toHaveLength(1);
    log.forgetBefore(START + 60_000);
    expect(log.missedBy({ seq: 4, rev: 0 })).toBeUndefined();
  });
});
