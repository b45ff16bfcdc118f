import { describe, expect, it } from '@jest/globals';
import { tidied, words } from './words.js';

describe('words of a vendor', () => {
  it('are on one line and come to an end', () => {
    expect(words('  550-No\r\n550\u0000 such\tuser ')).toBe('550-No 550 such user');
    expect(words('x'.repeat(5000))).toBe(`${'x'.repeat(300)}…`);
  });

  it('hold none of our secrets, however often they were echoed', () => {
    expect(words('key SG.abc is not SG.abc', ['SG.abc', undefined, ''])).toBe('key *** is not ***');
  });

  it('are cleaned in every outcome that has any', () => {
    expect(tidied({ kind: 'misconfigured', reason: 'bad\nkey k' }, ['k'])).toEqual({
      kind: 'misconfigured',
      reason: 'bad ***ey ***',
    });
    expect(tidied({ kind: 'accepted', providerMessageId: 'k' }, ['k'])).toEqual({
      kind: 'accepted',
      providerMessageId: 'k',
    });
  });
});
