import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { mustLookForSomething, parseSearchQuery } from './search-query.js';

const termsOf = (text: string): string[] =>
  parseSearchQuery(text).terms.map(({ words, isPrefix }) => words.join(' ') + (isPrefix ? '*' : ''));

describe('A search query', () => {
  it('is words, phrases and beginnings of words', () => {
    expect(termsOf('Lunch "at noon" tomor* "next to thé riv"*')).toEqual([
      'lunch',
      'at noon',
      'tomor*',
      'next to thé riv*',
    ]);
  });

  it('takes who wrote it, when, where, and whether with a file', () => {
    expect(
      parseSearchQuery(
        'plan from:Ben@acme.example AFTER:2026-01-31 before:2026-02-01T12:30Z has:attachment in:cnv_1',
      ),
    ).toEqual({
      terms: [{ words: ['plan'], isPrefix: false }],
      from: 'Ben@acme.example',
      sentFrom: Date.UTC(2026, 0, 31),
      sentBefore: Date.UTC(2026, 1, 1, 12, 30),
      hasAttachment: true,
      conversationId: 'cnv_1',
    });
  });

  it.each([
    ['an unclosed quote', '"at noon', ['at noon']],
    [
      'operators',
      'AND OR NOT NEAR(a b, 5) -x +y ^z',
      ['and', 'or', 'not', 'near a', 'b', '5', 'x', 'y', 'z'],
    ],
    ['a pattern', '^(\\w+\\s?)*$', ['w s']],
    ['a column', 'text:x about : y', ['text x', 'about', 'y']],
    ['an apostrophe', "don't", ['don t']],
    ['a letter that is half a word', '中* א*', ['中*', 'א*']],
    ['only signs', '" * ( ) : \u0000 "" ^ -', []],
    ['a filter in quotes', '"from:ben"', ['from ben']],
    ['a filter of nothing', 'from: has:', ['from', 'has']],
  ])('reads %s as the words that are in it', (_, text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });

  it.each([
    'from:a/b',
    'before:yesterday',
    'before:2026-02-31',
    'after:2026-13-01',
    'after:2026-01-01T25:00Z',
    'has:everything',
    'from:a from:b',
    'in:a in:b',
    'after:2026-01-01 after:2026-01-01',
    'x'.repeat(501),
    '"'.repeat(10_000),
    'a '.repeat(17),
    'a*',
    '"in a"*',
    'aa* bb* cc* dd* ee*',
  ])('refuses %j, and says why', (text) => {
    const refusal = refusalOf(() => parseSearchQuery(text));
    expect(refusal.code).toBe('validation_failed');
    expect(refusal.faults).toEqual([{ pointer: 'q', code: 'invalid_query', detail: refusal.message }]);
  });

  it.each(['', '"*"', 'after:2026-01-01 before:2026-02-01'])('looks for nothing with %j', (text) => {
    expect(refusalOf(() => mustLookForSomething(parseSearchQuery(text))).code).toBe('validation_failed');
  });

  it.each(['x', 'from:ben', 'has:attachment', 'in:cnv_1 after:2026-01-01'])(
    'looks for something with %j',
    (text) => {
      expect(() => mustLookForSomething(parseSearchQuery(text))).not.toThrow();
    },
  );

  it('is read or refused whatever it is, and its words are letters and digits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        try {
          const all = parseSearchQuery(text).terms.flatMap(({ words }) => words);
          expect(all.join('')).toMatch(/^[\p{L}\p{N}\p{M}\p{Co}]*$/u);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
