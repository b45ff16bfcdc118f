import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeRecipientLinksContract } from '#ports/delivery/recipient-links.contract.js';
import { describeUnsubscribeTokensContract } from '#ports/campaign/unsubscribe-tokens.contract.js';
import { describePreferenceTokensContract } from '#ports/delivery/preference-tokens.contract.js';
import { HmacUnsubscribeTokens } from './hmac-unsubscribe-tokens.js';
import { SignedLinks } from './signed-links.js';
import { SignedPreferenceTokens } from './signed-preference-tokens.js';

describeUnsubscribeTokensContract('HmacUnsubscribeTokens', (secret) => new HmacUnsubscribeTokens(secret));
describeRecipientLinksContract(
  'SignedLinks',
  (secret, publicUrl) =>
    new SignedLinks(
      { value: publicUrl },
      new HmacUnsubscribeTokens(secret),
      new SignedPreferenceTokens(secret),
    ),
);

describePreferenceTokensContract('SignedPreferenceTokens', (secret) => new SignedPreferenceTokens(secret));

describe('SignedPreferenceTokens', () => {
  it('does not take the token of an unsubscribe link, which mail providers read', () => {
    const key = new Uint8Array(32).fill(7);
    const token = new HmacUnsubscribeTokens(key).sign(`cmp_${'0'.repeat(26)}`, `sub_${'1'.repeat(26)}`);
    expect(new SignedPreferenceTokens(key).verify(token)).toBeUndefined();
  });
});

describe('HmacUnsubscribeTokens', () => {
  it('computes HMAC-SHA256 as the library does', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7));
    const bytes = Buffer.from(
      new HmacUnsubscribeTokens(key).sign('cmp_01m7xyrb5yk8aff5jy1pjpbrwe', 'sub_01m7xyrb5yk8aff5jy1pjpbrwf'),
      'base64url',
    );
    const mac = createHmac('sha256', key).update(bytes.subarray(0, 32)).digest().subarray(0, 16);
    expect(bytes.subarray(32)).toEqual(mac);
  });
});
