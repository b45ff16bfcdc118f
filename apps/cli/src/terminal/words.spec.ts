import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { VirtualFile, VirtualScreen } from '../testing/virtual-screen.js';
import { table } from './table.js';
import { Terminal } from './terminal.js';
import { textWidth, wrapped } from './text-width.js';
import { bytes, counted, duration, percent, perSecond, plain } from './words.js';

describe('words', () => {
  it('say 100 % only when it is all done', () => {
    expect([0, 0.005, 0.994, 0.9999, 1].map(percent)).toEqual(['0 %', '0 %', '99 %', '99 %', '100 %']);
  });

  it('give a duration in the units one would use', () => {
    const durations = [0, 1234, 9_999, 59_400, 61_000, 3_600_000, 200 * 3_600_000].map(duration);
    expect(durations).toEqual(['0.0 s', '1.2 s', '10.0 s', '59 s', '1 min 1 s', '1 h 0 min', '8 days']);
  });

  it('count in thousands and in the singular', () => {
    expect([counted(1, 'row'), counted(12_345, 'row'), counted(0, 'person', 'people')]).toEqual([
      '1 row',
      '12,345 rows',
      '0 people',
    ]);
    expect([bytes(0), bytes(999), bytes(1_500), bytes(27_000_000)]).toEqual([
      '0 B',
      '999 B',
      '1.5 KB',
      '27 MB',
    ]);
    expect([perSecond(0), perSecond(2.345), perSecond(1240.2)]).toEqual(['0/s', '2.3/s', '1,240/s']);
  });

  it('take the power out of what others wrote: escapes, line breaks, changes of direction', () => {
    expect(plain('red \u001b[31m alert\r\nsecond \u202eline')).toBe('red  [31m alert second  line');
  });
});

describe('text width', () => {
  it('counts columns: two for wide characters, none for combining ones and for colours', () => {
    expect(['abc', '春', 'e\u0301', '🎉', '\u001b[31mred\u001b[0m'].map(textWidth)).toEqual([3, 2, 1, 2, 3]);
  });

  it('wraps between words only', () => {
    expect(wrapped(['10 candidates', '= 4 pending', '+ 6 accepted'], 27, '  ')).toEqual([
      '10 candidates = 4 pending',
      '  + 6 accepted',
    ]);
  });
});

describe('a table', () => {
  const columns = [
    { title: 'NAME' },
    { title: 'SENT', align: 'right' },
    { title: 'WHY', elastic: true },
  ] as const;
  const rows = [
    ['ses', '5,647', 'a reason of some length'],
    ['山', '1', ''],
  ];
  const drawn = (screen: VirtualScreen | VirtualFile): string[] =>
    table(new Terminal(screen, new VirtualFile(), { NO_COLOR: '1' }, new DrivenClock()), columns, rows);

  it('aligns its columns, whatever the script', () => {
    expect(drawn(new VirtualFile())).toEqual([
      'NAME   SENT  WHY',
      'ses   5,647  a reason of some length',
      '山        1',
    ]);
  });

  it('shortens the elastic column where the screen is narrow', () => {
    expect(drawn(new VirtualScreen(30))[1]).toBe('ses   5,647  a reason of som…');
  });
});
