import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { Member } from '#domain/chat/model/conversation.js';
import { aConversation, aMember } from '#ports/chat/testing/chat-stores.js';
import { LiveMarks } from './live-marks.js';

const of = aConversation().build();

describe('How far the members of a conversation have come', () => {
  let clock: DrivenClock;
  let marks: LiveMarks;
  let told: string[];
  beforeEach(() => {
    clock = new DrivenClock();
    told = [];
    marks = new LiveMarks(of.id, clock, ({ userId, deliveredSeq, readSeq }) =>
      told.push(`${userId} ${deliveredSeq}/${readSeq}`),
    );
  });
  const at = (userId: string, deliveredSeq: number, readSeq = 0): Member =>
    aMember(of, userId, { deliveredSeq, readSeq });
  const moves = (userId: string, deliveredSeq: number, readSeq = 0): void => {
    if (marks.take(at(userId, deliveredSeq, readSeq))) marks.tellOthersOf(userId);
  };

  it('is told at once of the first, and of who follows together, as they are then', async () => {
    for (const userId of ['anna', 'ben', 'cleo']) moves(userId, 1);
    moves('ben', 2, 2);
    expect(told).toEqual(['anna 1/0']);
    await clock.advance(250);
    expect(told.splice(0)).toEqual(['anna 1/0', 'ben 2/2', 'cleo 1/0']);
    moves('anna', 2);
    expect(told).toEqual([]);
    await clock.advance(250);
    expect(told.splice(0)).toEqual(['anna 2/0']);
    await clock.advance(250);
    moves('anna', 3);
    expect(told).toEqual(['anna 3/0']);
  });

  it('never goes back, in whatever order it is pushed', () => {
    expect(marks.take(at('anna', 5, 3))).toMatchObject({ deliveredSeq: 5, readSeq: 3 });
    expect(marks.take(at('anna', 4, 3))).toBeUndefined();
    expect(marks.take(at('anna', 4, 4))).toMatchObject({ deliveredSeq: 5, readSeq: 4 });
  });

  it('is told to no other of who is forgotten before it is time', async () => {
    for (const userId of ['anna', 'ben', 'cleo']) moves(userId, 1);
    marks.forget('cleo');
    await clock.advance(1000);
    expect(told).toEqual(['anna 1/0', 'ben 1/0']);
  });

  it('is told of no more when it is closed', async () => {
    moves('anna', 1);
    moves('ben', 1);
    marks.close();
    await clock.advance(1000);
    expect(told).toEqual(['anna 1/0']);
  });
});
