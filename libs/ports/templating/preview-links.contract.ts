import { describe, expect, it } from '@jest/globals';
import type { PreviewLinks } from './preview-links.js';

export function describePreviewLinksContract(name: string, make: (publicUrl: string) => PreviewLinks): void {
  describe(`PreviewLinks (${name})`, () => {
    const links = make('https://mail.example');

    it('are absolute and lead to this deployment', () => {
      expect(new URL(links.unsubscribeUrl).origin).toBe('https://mail.example');
      expect(new URL(links.preferencesUrl).origin).toBe('https://mail.example');
      expect(new URL(links.assetsUrl).origin).toBe('https://mail.example');
    });

    it('say where static files are without a slash at the end', () => {
      expect(links.assetsUrl).not.toMatch(/\/$/);
    });
  });
}
