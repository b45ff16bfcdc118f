import { describe, expect, it } from '@jest/globals';
import type { Message } from '../frames.js';
import {
  type Followed,
  type Following,
  followingFrom,
  hasHole,
  MOST_HELD,
  withChange,
  withGap,
  withMessage,
  withPosition,
} from './following.js';

const message = (seq: number, rev = 0): Message => ({
  ...{ id: `msg_${seq}`, conversationId: 'cnv_a', seq, rev },
  ...{ senderId: 'ben', clientMessageId: `b-${seq}`, text: `${seq} at ${rev}`, sentAt: '' },
});

type Came = (following: Following) => Followed;
const came =
  (seq: number, rev = 0): Came =>
  (following) =>
    withMessage(following, message(seq, rev));
const changed =
  (seq: number, rev: number): Came =>
  (following) =>
    withChange(following, message(seq, rev));
const settled =
  (seq: number, rev: number): Came =>
  (following) =>
    withPosition(following, { seq, rev });

/** What was told after all of it, and where one is. */
function after(
  from: { seq: number; rev: number },
  ...all: readonly Came[]
): { told: string[]; following: Following } {
  let following = followingFrom(from);
  const told: string[] = [];
  for (const one of all) {
    const step = one(following);
    following = step.following;
    told.push(
      ...step.told.map((what) =>
        what.kind === 'gap' ? `gap ${what.fromSeq}-${what.toSeq}` : `${what.kind} ${what.message.text}`,
      ),
    );
  }
  return { told, following };
}

describe('A conversation as it reaches its reader', () => {
  it('holds back what came too early', () => {
    const { told, following } = after({ seq: 0, rev: 0 }, came(2), came(3));
    expect([told, hasHole(following)]).toEqual([[], true]);
    expect(after({ seq: 0, rev: 0 }, came(2), came(3), came(1)).told).toEqual([
      ...['message 1 at 0', 'message 2 at 0', 'message 3 at 0'],
    ]);
  });

  it('takes a message that it knows, replayed with a change, for that change', () => {
    const { told, following } = after({ seq: 5, rev: 1 }, came(6), came(6, 3), settled(6, 3));
    expect(told).toEqual(['message 6 at 0', 'changed 6 at 3']);
    expect(following.position).toEqual({ seq: 6, rev: 3 });
  });

  it('does not show a message as it was before', () => {
    const { told } = after({ seq: 5, rev: 0 }, came(6, 2), changed(6, 1), changed(6, 2), changed(5, 3));
    expect(told).toEqual(['message 6 at 2', 'changed 5 at 3']);
  });

  it('keeps the newest of a message that it holds back', () => {
    expect(after({ seq: 0, rev: 0 }, came(2, 1), came(2), came(1)).told).toEqual([
      'message 1 at 0',
      'message 2 at 1',
    ]);
  });

  it('tells changes in their order, and after their messages', () => {
    const { told } = after({ seq: 1, rev: 0 }, changed(1, 2), changed(2, 1), came(2));
    expect(told).toEqual(['message 2 at 0', 'changed 2 at 1', 'changed 1 at 2']);
  });

  it('passes over changes that a newer one has replaced, once all was pushed', () => {
    const held = after({ seq: 2, rev: 1 }, changed(1, 5));
    expect([held.told, hasHole(held.following)]).toEqual([[], true]);
    const { told, following } = after({ seq: 2, rev: 1 }, changed(1, 5), settled(2, 6));
    expect([told, following.position, hasHole(following)]).toEqual([
      ['changed 1 at 5'],
      { seq: 2, rev: 6 },
      false,
    ]);
  });

  it('does not count changes as told when messages are missing that were pushed with them', () => {
    const { following } = after({ seq: 0, rev: 0 }, came(2, 1), settled(2, 1));
    expect([following.position, hasHole(following)]).toEqual([{ seq: 0, rev: 0 }, true]);
  });

  it('says what is cut off from where it is, once, and goes on behind it', () => {
    const gap: Came = (following) => withGap(following, { conversationId: 'cnv_a', fromSeq: 1, toSeq: 4 });
    expect(after({ seq: 2, rev: 0 }, came(5), came(4), gap, gap, came(6)).told).toEqual([
      ...['gap 3-4', 'message 5 at 0', 'message 6 at 0'],
    ]);
  });

  it('holds back no more than it can, and knows that there is more', () => {
    const many = Array.from({ length: MOST_HELD + 10 }, (_, index) => came(index + 2));
    const { following } = after({ seq: 0, rev: 0 }, ...many, came(1));
    expect(following.position.seq).toBe(MOST_HELD + 1);
    expect([following.head, hasHole(following)]).toEqual([MOST_HELD + 11, true]);
  });
});
