import { describe, expect, it } from '@jest/globals';
import { plainText } from './text.js';

describe('a text', () => {
  it('is itself when it is whole', () => {
    expect(plainText('Hi Ann')).toBe('Hi Ann');
  });

  it('is put together in its order, a fixed piece as often as it comes', () => {
    const text = { fixed: ['Hi ', ', '], sequence: [0, 'Ann', 1, 'Bob', 1, 'Cleo'], length: 17 };
    expect(plainText(text)).toBe('Hi Ann, Bob, Cleo');
    expect(plainText({ fixed: [], sequence: [], length: 0 })).toBe('');
  });
});
