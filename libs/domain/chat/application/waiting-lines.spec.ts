import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { WaitingLines } from './waiting-lines.js';

describe('Lines of what waits', () => {
  let clock: DrivenClock;
  let lines: WaitingLines;
  beforeEach(() => {
    clock = new DrivenClock();
    lines = new WaitingLines(clock);
  });

  it('are forgotten after five minutes though nobody asks for them again, whoever sends next', async () => {
    for (let n = 0; n < 100; n++) lines.enter(`user ${n}`, 'one');
    await clock.advance(299_999);
    expect([lines.of('somebody else'), lines.size]).toEqual([[], 100]);
    await clock.advance(1);
    expect([lines.of('somebody else'), lines.size]).toEqual([[], 0]);
  });

  it('are not kept by one that has come first and goes on', async () => {
    for (const name of ['anna', 'ben', 'cleo']) lines.enter(name, 'one');
    await clock.advance(200_000);
    lines.enter('anna', 'two');
    await clock.advance(100_000);
    lines.enter('dan', 'one');
    expect([lines.size, lines.of('anna'), lines.of('dan')]).toEqual([2, ['two'], ['one']]);
  });

  it('are over when all of theirs have left', () => {
    lines.enter('anna', 'one');
    lines.enter('anna', 'two');
    lines.enter('anna', 'one');
    lines.leave('anna', 'one');
    expect(lines.of('anna')).toEqual(['two']);
    lines.leave('anna', 'two');
    lines.leave('ben', 'one');
    expect([lines.of('anna'), lines.size]).toEqual([[], 0]);
  });
});
