import { describe, expect, it } from '@jest/globals';
import { parsePhoneNumber } from './phone-number.js';

describe('a phone number', () => {
  it.each([
    ['+491701234567', '+491701234567'],
    [' +49 (170) 123-45.67 ', '+491701234567'],
    ['0049 170 1234567', '+491701234567'],
    ['+1\u2011202\u2011555\u20110123', '+12025550123'],
    ['+2901234', '+2901234'],
    ['+123456789012345', '+123456789012345'],
  ])('%j is %s', (text, expected) => expect(parsePhoneNumber(text)).toBe(expected));

  it.each([
    ['empty', ''],
    ['a national number', '0170 1234567'],
    ['without a plus', '491701234567'],
    ['too short', '+123456'],
    ['too long', '+1234567890123456'],
    ['a country code of 0', '+01234567'],
    ['letters', '+1800FLOWERS'],
    ['two of them', '+491701234567,+491701234568'],
    ['a line break within', '+49170\r\n1234567x'],
    ['an extension', '+12025550123;ext=9'],
    ['10 KB', `+${'1'.repeat(10_000)}`],
    ['other digits', '+٤٩١٧٠١٢٣٤٥٦٧'],
  ])('%s is none', (_, text) => expect(parsePhoneNumber(text)).toBeUndefined());
});
