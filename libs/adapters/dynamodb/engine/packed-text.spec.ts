import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MOST_BYTES_IN_ITEM, packed, unpacked } from './packed-text.js';

describe('a packed text', () => {
  it.each([
    ['nothing', ''],
    ['little', 'Ümläut 💌'],
    ['more than an item holds', randomBytes(1_000_000).toString('base64')],
  ])('comes back as it was, if it is %s', async (_, text) => {
    const pieces = await packed(text);
    expect(pieces.every(({ length }) => length > 0 && length <= MOST_BYTES_IN_ITEM)).toBe(true);
    expect(await unpacked(pieces)).toBe(text);
  });

  it('is one piece as long as it can be', async () => {
    expect(await packed('<p>said again and again</p>'.repeat(20_000))).toHaveLength(1);
  });
});
