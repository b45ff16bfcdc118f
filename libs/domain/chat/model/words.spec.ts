import { describe, expect, it } from '@jest/globals';
import { highlightsOf, holds, type Term, wordsOf } from './words.js';

const words = (...list: string[]): Term => ({ words: list, isPrefix: false });
const prefix = (...list: string[]): Term => ({ words: list, isPrefix: true });
const marked = (text: string, ...terms: Term[]): string[] =>
  highlightsOf(text, terms).map(({ start, end }) => text.slice(start, end));

describe('Words', () => {
  it('are parted by whatever is neither letter nor digit', () => {
    expect([...wordsOf('Don’t go—to "Ulm"\u0000(NEAR)*')].map(({ word }) => word)).toEqual([
      'don',
      't',
      'go',
      'to',
      'ulm',
      'near',
    ]);
    expect([...wordsOf('\u0301 … 👍 _-*"')]).toEqual([]);
  });

  it('tell where they stand, in the units of the text', () => {
    expect([...wordsOf('👍 Åsa')]).toEqual([{ word: 'åsa', start: 3, end: 6 }]);
  });

  it('are found whatever their case and accents, whole or by their beginning', () => {
    expect(holds('Das Öl ist teuer', [words('ol'), prefix('teu')])).toBe(true);
    expect(holds('Das O\u0308l', [words('öl')])).toBe(true);
    expect(holds('Das Öl', [words('o')])).toBe(false);
    expect(holds('Das Öl', [words('ol'), words('gas')])).toBe(false);
  });

  it('of a phrase follow one another', () => {
    expect(holds('the red, red car', [words('red', 'car')])).toBe(true);
    expect(holds('the car is red', [words('red', 'car')])).toBe(false);
    expect(holds('the red cars', [prefix('red', 'car')])).toBe(true);
    expect(holds('the reds car', [prefix('red', 'car')])).toBe(false);
    expect(holds('the red', [words('red', 'car')])).toBe(false);
  });
});

describe('Highlights', () => {
  it('mark what was found where it stands, as it is written there', () => {
    expect(marked('Öl, öl and <b>Oil</b>', words('ol'), prefix('oi'))).toEqual(['Öl', 'öl', 'Oil']);
    expect(marked('a red car', words('red', 'car'))).toEqual(['red car']);
  });

  it('are one where they overlap', () => {
    expect(marked('one two three', words('one', 'two'), words('two', 'three'), words('two'))).toEqual([
      'one two three',
    ]);
  });

  it('are none where nothing was looked for by words', () => {
    expect(marked('one')).toEqual([]);
    expect(marked('one', words('two'))).toEqual([]);
  });

  it('are a hundred at most', () => {
    expect(marked('na '.repeat(5000), words('na'))).toHaveLength(100);
  });
});
