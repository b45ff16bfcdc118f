import { describe, expect, it } from '@jest/globals';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { RecipientLinks } from './recipient-links.js';

export function describeRecipientLinksContract(
  name: string,
  make: (secret: Uint8Array) => RecipientLinks,
): void {
  describe(`RecipientLinks (${name})`, () => {
    const dispatch = `cmp_${'0'.repeat(26)}` as DispatchId;
    const links = make(new Uint8Array(32).fill(1));
    const of = (digit: string): string => links.unsubscribe(dispatch, `sub_${digit.repeat(26)}`);

    it('gives the same recipient the same absolute link, and another one another', () => {
      expect(of('1')).toBe(of('1'));
      expect(of('1')).not.toBe(of('2'));
      expect(new URL(of('1')).pathname).toMatch(/^\/u\/[A-Za-z0-9_-]+$/);
    });

    it('gives links that depend on the secret', () => {
      const others = make(new Uint8Array(32).fill(2));
      expect(others.unsubscribe(dispatch, `sub_${'1'.repeat(26)}`)).not.toBe(of('1'));
    });

    it('says where static files are, without a slash at the end', () => {
      expect(new URL(links.assets).pathname).not.toMatch(/\/$/);
    });
  });
}
