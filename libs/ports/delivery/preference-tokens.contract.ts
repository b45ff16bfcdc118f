import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { PreferenceClaim, PreferenceTokens } from './preference-tokens.js';

const workspaceId = 'wsp_01m7xyrb5yk8aff5jy1pjpbrwe' as WorkspaceId;
const subscriber: PreferenceClaim = {
  kind: 'subscriber',
  campaignId: `cmp_${'0'.repeat(26)}`,
  subscriberId: `sub_${'1'.repeat(26)}`,
};
const user: PreferenceClaim = { kind: 'user', workspaceId, userId: 'anna:1@acme.example' };
const address: PreferenceClaim = { kind: 'address', workspaceId, address: 'anna:1@acme.example' };
const claims = [subscriber, user, address];

export function describePreferenceTokensContract(
  name: string,
  make: (secret: Uint8Array) => PreferenceTokens,
): void {
  describe(`PreferenceTokens (${name})`, () => {
    const tokens = make(new Uint8Array(32).fill(7));

    it.each(claims)('gives back what was signed, and signs the same alike: $kind', (claim) => {
      const token = tokens.sign(claim);
      expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(tokens.verify(token)).toEqual(claim);
      expect(make(new Uint8Array(32).fill(7)).sign(claim)).toBe(token);
    });

    it('gives back every user and address', () => {
      const texts = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/);
      fc.assert(
        fc.property(texts, (text) => {
          for (const claim of [
            { ...user, userId: text },
            { ...address, address: text },
          ])
            expect(tokens.verify(tokens.sign(claim))).toEqual(claim);
        }),
      );
    });

    it('tells a user, an address and a workspace of the same name apart', () => {
      const other = { ...user, workspaceId: `${workspaceId}x` as WorkspaceId };
      expect(new Set([user, address, other].map((claim) => tokens.sign(claim))).size).toBe(3);
    });

    it.each(claims)('lets nobody read whose it is: $kind', (claim) => {
      const token = tokens.sign(claim);
      for (const text of [token, Buffer.from(token, 'base64url').toString('latin1')])
        expect(text).not.toMatch(/anna|acme|wsp/);
    });

    it.each(claims)('knows no token in which any one bit is another: $kind', (claim) => {
      const bytes = Buffer.from(tokens.sign(claim), 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(tokens.verify(flipped.toString('base64url'))).toBeUndefined();
      }
    });

    it.each(claims)('knows no token of which one character is another, or is missing: $kind', (claim) => {
      const token = tokens.sign(claim);
      for (let at = 0; at < token.length; at++) {
        for (const other of ['A', 'B', '_', '=', '']) {
          if (other === token[at]) continue;
          expect(tokens.verify(`${token.slice(0, at)}${other}${token.slice(at + 1)}`)).toBeUndefined();
        }
      }
    });

    it('knows no token of another secret, and no text that is none', () => {
      const others = make(new Uint8Array(32).fill(8));
      for (const text of [
        ...claims.map((claim) => others.sign(claim)),
        '',
        'preview',
        'a'.repeat(64),
        'ä'.repeat(64),
        '../../etc/passwd',
        'a'.repeat(100_000),
      ])
        expect(tokens.verify(text)).toBeUndefined();
    });
  });
}
