import { describe, expect, it } from '@jest/globals';
import { base32, digitsText, encodeTime, randomDigits, timeOfId } from './ulid.js';

describe('ulid', () => {
  it('writes the time of the ULID specification', () => {
    // https://github.com/ulid/spec: 01ARZ3NDEKTSV4RRFFQ69G5FAV was made at 1469922850259
    expect(encodeTime(1469922850259)).toBe('01arz3ndek');
    expect(timeOfId('cmp_01arz3ndektsv4rrffq69g5fav')).toBe(1469922850259);
  });

  it.each([
    '',
    'cmp_',
    'cmp_01arz3ndektsv4rrffq69g5fa',
    'cmp_81arz3ndektsv4rrffq69g5fav',
    '01arz3ndektsv4rrffq69g5fav',
  ])('reads no time out of %j', (id) => expect(timeOfId(id)).toBeUndefined());

  it('writes ten bytes as the same 16 characters, digit by digit and at once', () => {
    const bytes = Uint8Array.from([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xff, 0x00]);
    expect(digitsText(randomDigits(bytes))).toBe(base32(bytes));
    expect(base32(bytes)).toHaveLength(16);
  });

  it('pads what is no multiple of five bits', () => {
    expect(base32(Uint8Array.of(0xff))).toBe('zw');
    expect(base32(new Uint8Array(20))).toBe('0'.repeat(32));
  });
});
