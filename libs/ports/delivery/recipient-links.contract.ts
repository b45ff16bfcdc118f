import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { RecipientLinks } from './recipient-links.js';

export function describeRecipientLinksContract(
  name: string,
  make: (secret: Uint8Array, publicUrl: string) => RecipientLinks,
): void {
  describe(`RecipientLinks (${name})`, () => {
    const dispatch = `cmp_${'0'.repeat(26)}` as DispatchId;
    const base = 'https://mail.example.com';
    const links = make(new Uint8Array(32).fill(1), base);
    const of = (digit: string): string => links.unsubscribe(base, dispatch, `sub_${digit.repeat(26)}`);

    it('lead to where the deployment is reached', () => {
      expect(links.base).toBe(base);
      expect(of('1').startsWith(`${base}/u/`)).toBe(true);
    });

    it('gives the same recipient the same absolute link, and another one another', () => {
      expect(of('1')).toBe(of('1'));
      expect(of('1')).not.toBe(of('2'));
      expect(new URL(of('1')).pathname).toMatch(/^\/u\/[A-Za-z0-9_-]+$/);
    });

    it('gives a dispatch the links it began with after the deployment has moved', () => {
      const moved = make(new Uint8Array(32).fill(1), 'https://elsewhere.example.com');
      expect(moved.unsubscribe(base, dispatch, `sub_${'1'.repeat(26)}`)).toBe(of('1'));
    });

    it('gives links that depend on the secret', () => {
      const others = make(new Uint8Array(32).fill(2), base);
      expect(others.unsubscribe(base, dispatch, `sub_${'1'.repeat(26)}`)).not.toBe(of('1'));
    });

    it('leads a recipient to their preferences, the same way for ever, and nobody else there', () => {
      const subscriber = {
        kind: 'subscriber',
        campaignId: dispatch,
        subscriberId: `sub_${'1'.repeat(26)}`,
      } as const;
      const user = { kind: 'user', workspaceId: 'wsp_1' as WorkspaceId, userId: 'ada' } as const;
      const moved = make(new Uint8Array(32).fill(1), 'https://elsewhere.example.com');
      const others = make(new Uint8Array(32).fill(2), base);
      for (const claim of [subscriber, user]) {
        const link = links.preferences(base, claim);
        expect(link).toMatch(/^https:\/\/mail\.example\.com\/p\/[A-Za-z0-9_-]+$/);
        expect(moved.preferences(base, claim)).toBe(link);
        expect(others.preferences(base, claim)).not.toBe(link);
      }
      expect(links.preferences(base, subscriber)).not.toBe(links.preferences(base, user));
      expect(links.preferences(base, subscriber).slice(base.length + 3)).not.toBe(
        of('1').slice(base.length + 3),
      );
    });

    it('says where static files are, without a slash at the end', () => {
      expect(new URL(links.assets(base)).pathname).toBe('/assets');
    });
  });
}
