import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookEndpoint } from '#domain/webhooks/model/webhook-endpoint.js';
import {
  acme,
  anEndpoint,
  type OpenWebhookStores,
  rival,
  START,
  type WebhookStores,
} from './testing/webhook-stores.js';

export function describeWebhookEndpointsContract(name: string, open: OpenWebhookStores): void {
  describe(`WebhookEndpoints: ${name}`, () => {
    let its: WebhookStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    it.each<[string, Partial<WebhookEndpoint>]>([
      ['enabled, for everything', {}],
      [
        'for some events, with two secrets',
        {
          events: ['message.delivered', 'message.bounced'],
          secrets: [
            { key: 'whsec_bmV3', createdAt: START + 5 },
            { key: 'whsec_b2xk', createdAt: START, expiresAt: START + 9 },
          ],
        },
      ],
      [
        'disabled and failing',
        { status: { is: 'disabled', reason: 'failing', at: START + 7 }, failingSince: START + 1 },
      ],
    ])('keeps an endpoint as it was given: %s', async (_what, more) => {
      const one = anEndpoint('a', more);
      expect(await its.endpoints.insert(one)).toBe('inserted');
      expect(await its.endpoints.find(acme, one.id)).toEqual(one);
    });

    it('changes nothing when the id is there already', async () => {
      const one = anEndpoint('a');
      await its.endpoints.insert(one);
      expect(await its.endpoints.insert({ ...one, url: 'https://other.example/' })).toBe('exists');
      expect(await its.endpoints.find(acme, one.id)).toEqual(one);
    });

    it('replaces what has not changed meanwhile, and says so where it has', async () => {
      const one = anEndpoint('a');
      await its.endpoints.insert(one);
      const status = { is: 'disabled', reason: 'operator', at: START } as const;
      expect(await its.endpoints.replace(one, { ...one, events: ['a.b'], status })).toBe('saved');
      const saved = await its.endpoints.find(acme, one.id);
      expect(saved).toEqual({ ...one, events: ['a.b'], status, revision: saved?.revision });
      expect(saved?.revision).toBeGreaterThan(one.revision);
      expect(await its.endpoints.replace(one, { ...one, url: 'https://late.example/' })).toBe('stale');
      expect(await its.endpoints.find(acme, one.id)).toEqual(saved);
    });

    it('lets one of many that decide at once win', async () => {
      const one = anEndpoint('a');
      await its.endpoints.insert(one);
      const urls = Array.from({ length: 10 }, (_, n) => `https://${n}.example/`);
      const results = await Promise.all(urls.map((url) => its.endpoints.replace(one, { ...one, url })));
      expect(results.filter((result) => result === 'saved')).toHaveLength(1);
      expect((await its.endpoints.find(acme, one.id))?.url).toBe(urls[results.indexOf('saved')]);
    });

    it('forgets a removed endpoint, once', async () => {
      const one = anEndpoint('a');
      await its.endpoints.insert(one);
      expect(await its.endpoints.remove(acme, one.id)).toBe(true);
      expect(await its.endpoints.remove(acme, one.id)).toBe(false);
      expect(await its.endpoints.find(acme, one.id)).toBeUndefined();
      expect(await its.endpoints.replace(one, one)).toBe('stale');
    });

    it('lists the endpoints of a workspace page by page, the oldest first', async () => {
      const all = ['a', 'b', 'c', 'd', 'e'].map((each) => anEndpoint(each));
      for (const one of all) await its.endpoints.insert(one);
      await its.endpoints.insert(anEndpoint('bb', { workspaceId: rival }));
      const seen: WebhookEndpoint[] = [];
      let after: string | undefined;
      do {
        const page = await its.endpoints.page(acme, { limit: 2, after });
        expect(page.data.length).toBeLessThanOrEqual(2);
        seen.push(...page.data);
        after = page.next ?? undefined;
      } while (after !== undefined);
      expect(seen).toEqual(all);
    });

    it('keeps the workspaces apart', async () => {
      const one = anEndpoint('a');
      await its.endpoints.insert(one);
      expect(await its.endpoints.find(rival, one.id)).toBeUndefined();
      expect(await its.endpoints.remove(rival, one.id)).toBe(false);
      expect(
        await its.endpoints.replace({ ...one, workspaceId: rival }, { ...one, workspaceId: rival }),
      ).toBe('stale');
      expect(await its.endpoints.find(acme, one.id)).toEqual(one);
    });
  });
}
