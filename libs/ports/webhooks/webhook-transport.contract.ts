import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KEPT_ANSWER_BYTES } from '#domain/webhooks/model/post-outcome.js';
import type { WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import type { WebhookTransport } from './webhook-transport.js';

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A transport that may dial private addresses, and a receiver that it can reach. */
export interface TransportUnderTest {
  readonly transport: WebhookTransport;
  readonly url: string;
  /** What every post is answered with from now on. */
  answer(answer: Answer): void;
  readonly received: readonly { readonly id: string; readonly at: number; readonly body: string }[];
  close(): Promise<void>;
}

export function describeWebhookTransportContract(
  name: string,
  open: () => Promise<TransportUnderTest>,
): void {
  describe(`WebhookTransport: ${name}`, () => {
    let its: TransportUnderTest;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const post = (body = '{}', more: { keptBytes?: number } = {}) =>
      its.transport.post({
        ...more,
        url: its.url,
        id: 'evt_1' as WebhookMessageId,
        at: 1_767_225_600_000,
        body,
        keys: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
        timeoutMs: 5_000,
      });

    it('posts the body as it is, with its id and time', async () => {
      its.answer({ status: 204 });
      expect(await post('{"name":"Grüße, 世界"}')).toEqual({ kind: 'answered', status: 204, body: '' });
      expect(its.received).toEqual([{ id: 'evt_1', at: 1_767_225_600_000, body: '{"name":"Grüße, 世界"}' }]);
    });

    it.each([200, 301, 404, 410, 500])('brings back status %d and the body with it', async (status) => {
      its.answer({ status, body: 'so it is' });
      expect(await post()).toEqual({ kind: 'answered', status, body: 'so it is' });
    });

    it('brings back how long it shall wait', async () => {
      its.answer({ status: 429, headers: { 'retry-after': '120' } });
      expect(await post()).toMatchObject({ status: 429, retryAfter: '120' });
    });

    it('follows no redirect', async () => {
      its.answer({ status: 307, headers: { location: its.url } });
      expect(await post()).toMatchObject({ kind: 'answered', status: 307 });
      expect(its.received).toHaveLength(1);
    });

    it('keeps only the beginning of a long answer', async () => {
      its.answer({ status: 200, body: 'x'.repeat(100_000) });
      expect(await post()).toEqual({ kind: 'answered', status: 200, body: 'x'.repeat(KEPT_ANSWER_BYTES) });
    });

    it('keeps as much of an answer as it is asked to', async () => {
      its.answer({ status: 200, body: 'x'.repeat(60_000) });
      expect(await post('{}', { keptBytes: 64 * 1024 })).toEqual({
        kind: 'answered',
        status: 200,
        body: 'x'.repeat(60_000),
      });
    });

    it('reads URLs', () => {
      expect(its.transport.read(its.url)).toEqual({ ok: true, url: its.url });
      expect(its.transport.read('gopher://x/')).toMatchObject({ ok: false, code: 'scheme_forbidden' });
    });
  });
}
