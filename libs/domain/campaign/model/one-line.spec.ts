import { describe, expect, it } from '@jest/globals';
import { ONE_LINE } from './one-line.js';

describe('A name of one line', () => {
  it.each(['', 'Anna', 'Zoë "Z" O’Neill-Müller, 李', '👩🏽‍🚀'])('may be %j', (text) => {
    expect(ONE_LINE.test(text)).toBe(true);
  });

  it.each([
    'Hi\r\nBcc: e@x.io',
    '\n',
    'a\r',
    'a\0b',
    'bell\u0007',
    '\u001b[31m',
    'a\u007f',
    'a\vb',
    'a\fb',
    'a\tb',
    'a\u0085b',
  ])('is not %j', (text) => {
    expect(ONE_LINE.test(text)).toBe(false);
  });
});
