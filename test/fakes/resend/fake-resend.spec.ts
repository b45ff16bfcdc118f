import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { DrivenClock } from '../kit/clock.js';
import type { Fake } from '../kit/fake.js';
import { readJournal } from '../kit/journal.js';
import { RESEND_KEY, startFakeResend, type FakeResendOptions } from './fake-resend.js';

const ANN = {
  from: 'Us <us@example.com>',
  to: 'ann@example.com',
  subject: 'Hi Ann',
  html: '<p>Hello</p>',
  text: 'Hello',
};

describe('the fake Resend', () => {
  let clock: DrivenClock;
  let fake: Fake;

  async function restart(options: FakeResendOptions = {}): Promise<void> {
    await fake?.close();
    fake = await startFakeResend({ requestsPerSecond: 'off', clock, ...options });
  }

  beforeEach(() => {
    clock = new DrivenClock();
    return restart();
  });

  afterEach(() => fake.close());

  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(fake.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${RESEND_KEY}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, never>,
    };
  }

  const tag = (value: string) => [{ name: 'posthorn_delivery', value }];
  const accepted = () => fake.journal().filter(({ kind }) => kind === 'accepted');

  it('takes one email and keeps it as it would be delivered', async () => {
    const { status, body } = await post('/emails', {
      ...ANN,
      cc: ['cc@example.com'],
      reply_to: 'desk@example.com',
      headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
      tags: tag('dlv_1'),
      attachments: [{ filename: 'a.txt', content: Buffer.from('four').toString('base64') }],
    });
    expect(status).toBe(200);
    expect(fake.mails()).toEqual([
      expect.objectContaining({
        from: 'Us <us@example.com>',
        to: ['ann@example.com', 'cc@example.com'],
        subject: 'Hi Ann',
        html: '<p>Hello</p>',
        headers: { 'list-unsubscribe': '<https://example.com/u/1>', 'reply-to': 'desk@example.com' },
        attachments: [{ filename: 'a.txt', contentType: 'application/octet-stream', bytes: 4 }],
        deliveryId: 'dlv_1',
        messageId: body['id'],
      }),
    ]);
    expect(accepted().map(({ to, deliveryId }) => [to, deliveryId])).toEqual([
      ['ann@example.com', 'dlv_1'],
      ['cc@example.com', 'dlv_1'],
    ]);
  });

  it('takes a batch, one id for each email in order', async () => {
    const batch = ['dlv_1', 'dlv_2', 'dlv_3'].map((id) => ({
      ...ANN,
      to: [`${id}@example.com`],
      tags: tag(id),
    }));
    const { status, body } = await post('/emails/batch', batch);
    expect(status).toBe(200);
    expect(body).toEqual({ data: fake.mails().map(({ messageId }) => ({ id: messageId })) });
    expect(accepted().map(({ deliveryId }) => deliveryId)).toEqual(['dlv_1', 'dlv_2', 'dlv_3']);
  });

  it('refuses a strict batch for one bad email, and sends nothing', async () => {
    const { status, body } = await post('/emails/batch', [ANN, { ...ANN, to: 'nobody' }]);
    expect([status, body['name']]).toEqual([422, 'validation_error']);
    expect(accepted()).toEqual([]);
  });

  it('sends the good part of a permissive batch and names the rest by index', async () => {
    const batch = [{ ...ANN, to: 'nobody' }, ANN, { ...ANN, subject: undefined }];
    const { status, body } = await post('/emails/batch', batch, { 'x-batch-validation': 'permissive' });
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [{ id: accepted()[0]?.messageId }],
      errors: [
        { index: 0, message: expect.stringContaining('`to`') },
        { index: 2, message: expect.stringContaining('`subject`') },
      ],
    });
  });

  it('names scripted rejections the same way', async () => {
    fake.setFaults([{ name: 'bad', match: { recipient: '^bob' }, effect: { kind: 'rejectRecipients' } }]);
    const batch = [ANN, { ...ANN, to: 'bob@example.com', tags: tag('dlv_bob') }];
    const { body } = await post('/emails/batch', batch, { 'x-batch-validation': 'permissive' });
    expect(body).toMatchObject({ data: [{}], errors: [{ index: 1 }] });
    const rejected = fake.journal().filter(({ kind }) => kind === 'rejected');
    expect(rejected).toMatchObject([{ to: 'bob@example.com', deliveryId: 'dlv_bob', fault: 'bad' }]);
    expect((await post('/emails', { ...ANN, to: 'bob@example.com' })).status).toBe(422);
  });

  it.each([
    ['101 emails', Array(101).fill(ANN)],
    ['no email', []],
    ['attachments', [{ ...ANN, attachments: [] }]],
    ['a schedule', [{ ...ANN, scheduled_at: 'in 1 hour' }]],
    ['something that is no list', ANN],
  ])('refuses a batch with %s', async (_, batch) => {
    const { status, body } = await post('/emails/batch', batch);
    expect([status, body['name']]).toEqual([422, 'validation_error']);
  });

  it.each([
    ['no recipient', { to: undefined }, 'missing_required_field'],
    ['no content', { html: undefined, text: undefined }, 'missing_required_field'],
    ['a bad sender', { from: 'us' }, 'validation_error'],
    ['51 recipients', { to: Array.from({ length: 51 }, (_, n) => `u${n}@x.io`) }, 'validation_error'],
    ['a bad tag', { tags: [{ name: 'posthorn_delivery', value: 'a b' }] }, 'validation_error'],
    ['a header with a line break', { headers: { 'X-A': 'b\r\nBcc: c@x.io' } }, 'validation_error'],
  ])('refuses an email with %s', async (_, change, name) => {
    const { status, body } = await post('/emails', { ...ANN, ...change });
    expect([status, body['name'], body['statusCode']]).toEqual([422, name, 422]);
  });

  it('wants a key, the right one, and a User-Agent', async () => {
    const missing = await fetch(`${fake.url}/emails`, { method: 'POST', body: '{}' });
    expect([missing.status, await missing.json()]).toMatchObject([401, { name: 'missing_api_key' }]);
    const wrong = await post('/emails', ANN, { authorization: 'Bearer re_other' });
    expect([wrong.status, wrong.body['name']]).toEqual([403, 'invalid_api_key']);
    // undici's bare client sends no User-Agent, and the real service turns such calls away at its edge.
    const bare = await request(`${fake.url}/emails`, {
      method: 'POST',
      headers: { authorization: `Bearer ${RESEND_KEY}` },
    });
    expect([bare.statusCode, await bare.body.text()]).toEqual([403, 'error code: 1010']);
  });

  it('sends only from verified domains, and lists them', async () => {
    await restart({ verifiedDomains: ['mail.example.com'] });
    const { status, body } = await post('/emails', ANN);
    expect([status, body['name']]).toEqual([403, 'validation_error']);
    expect((await post('/emails', { ...ANN, from: 'us@mail.example.com' })).status).toBe(200);
    const domains = await fetch(`${fake.url}/domains`, {
      headers: { authorization: `Bearer ${RESEND_KEY}` },
    });
    expect(await domains.json()).toMatchObject({ data: [{ name: 'mail.example.com', status: 'verified' }] });
  });

  it('limits requests per second and tells by headers', async () => {
    await restart({ requestsPerSecond: 2 });
    const first = await post('/emails', ANN);
    expect(first.headers.get('ratelimit-limit')).toBe('2');
    expect(first.headers.get('ratelimit-remaining')).toBe('1');
    await post('/emails', ANN);
    const third = await post('/emails', ANN);
    expect([third.status, third.body['name']]).toEqual([429, 'rate_limit_exceeded']);
    expect([third.headers.get('retry-after'), third.headers.get('ratelimit-remaining')]).toEqual(['1', '0']);
    clock.advance(1000);
    expect((await post('/emails', ANN)).status).toBe(200);
    expect(accepted()).toHaveLength(3);
  });

  it('has a daily quota, real or scripted', async () => {
    await restart({ dailyQuota: 1 });
    await post('/emails', ANN);
    expect((await post('/emails', ANN)).body['name']).toBe('daily_quota_exceeded');
    fake.setFaults([{ effect: { kind: 'quota', period: 'monthly' } }]);
    expect((await post('/emails', ANN)).body['name']).toBe('monthly_quota_exceeded');
  });

  describe('given an idempotency key', () => {
    const key = { 'idempotency-key': 'call-1' };
    const batch = [ANN, { ...ANN, to: 'bob@example.com' }];

    it('gives the same ids again and sends nothing more', async () => {
      const first = await post('/emails/batch', batch, key);
      const second = await post('/emails/batch', batch, key);
      expect(second.body).toEqual(first.body);
      expect(accepted().map(({ idempotencyKey }) => idempotencyKey)).toEqual(['call-1', 'call-1']);
      expect(fake.stats()).toMatchObject({ requests: 2, accepted: 2, replayed: 1 });
    });

    it('refuses another body under the same key', async () => {
      await post('/emails', ANN, key);
      const { status, body } = await post('/emails', { ...ANN, subject: 'Other' }, key);
      expect([status, body['name']]).toEqual([409, 'invalid_idempotent_request']);
      expect(accepted()).toHaveLength(1);
    });

    it('refuses a second call while the first is under way', async () => {
      fake.setFaults([{ match: { calls: [1, 1] }, effect: { kind: 'slow', ms: 1000 } }]);
      const first = post('/emails', ANN, key);
      await clock.waiting(1);
      const { status, body } = await post('/emails', ANN, key);
      expect([status, body['name']]).toEqual([409, 'concurrent_idempotent_requests']);
      clock.advance(1000);
      expect((await first).status).toBe(200);
      expect(accepted()).toHaveLength(1);
    });

    it('remembers a call whose answer was lost', async () => {
      fake.setFaults([{ match: { calls: [1, 1] }, effect: { kind: 'acceptThenDrop' } }]);
      await expect(post('/emails', ANN, key)).rejects.toThrow('fetch failed');
      expect((await post('/emails', ANN, key)).body['id']).toBe(accepted()[0]?.messageId);
      expect(accepted()).toHaveLength(1);
    });

    it('remembers nothing of a call that failed', async () => {
      fake.setFaults([{ match: { calls: [1, 1] }, effect: { kind: 'status', status: 500 } }]);
      expect((await post('/emails', ANN, key)).status).toBe(500);
      expect((await post('/emails', { ...ANN, to: 'nobody' }, key)).status).toBe(422);
      expect((await post('/emails', ANN, key)).status).toBe(200);
    });

    it('forgets it after 24 hours', async () => {
      await post('/emails', ANN, key);
      clock.advance(24 * 60 * 60 * 1000);
      await post('/emails', ANN, key);
      expect(accepted()).toHaveLength(2);
    });

    it('still knows it after a restart on the same journal', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'resend-'));
      const journal = join(folder, 'resend.jsonl');
      await restart({ journal });
      const first = await post('/emails/batch', batch, key);
      await restart({ journal });
      expect((await post('/emails/batch', batch, key)).body).toEqual(first.body);
      expect((await post('/emails/batch', [ANN], key)).status).toBe(409);
      expect(readJournal(journal).filter(({ kind }) => kind === 'accepted')).toHaveLength(2);
      rmSync(folder, { recursive: true });
    });

    it.each(['', 'k'.repeat(257)])('wants 1 to 256 characters', async (bad) => {
      const { status, body } = await post('/emails', ANN, { 'idempotency-key': bad });
      expect([status, body['name']]).toEqual([400, 'invalid_idempotency_key']);
    });
  });

  it('counts a batch in bench mode', async () => {
    await restart({ journal: 'count' });
    const one = await post('/emails', ANN);
    const { body } = await post('/emails/batch', Array(100).fill({ ...ANN, tags: tag('dlv_1') }));
    const data: { id: string }[] = body['data'] ?? [];
    expect(new Set([one.body['id'], ...data.map(({ id }) => id)]).size).toBe(101);
    expect(fake.stats()).toMatchObject({ requests: 2, accepted: 101 });
  });
});
