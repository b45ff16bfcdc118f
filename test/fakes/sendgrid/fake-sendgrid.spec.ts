import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { DrivenClock } from '../kit/clock.js';
import type { Fake } from '../kit/fake.js';
import { SENDGRID_KEY, startFakeSendGrid, type FakeSendGridOptions } from './fake-sendgrid.js';
import type { MailSend, Personalization } from './sendgrid-mail.js';

const one = (name: string, change: Partial<Personalization> = {}): Personalization => ({
  to: [{ email: `${name}@example.com`, name }],
  custom_args: { posthorn_delivery: `dlv_${name}` },
  ...change,
});

const mail = (personalizations: Personalization[], change: Partial<MailSend> = {}): MailSend => ({
  personalizations,
  from: { email: 'us@example.com', name: 'Us' },
  subject: 'Hi -name-',
  content: [
    { type: 'text/plain', value: 'Hello -name-' },
    { type: 'text/html', value: '<p>Hello -name-</p>' },
  ],
  ...change,
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  errors: { message: string; field: string | null }[];
}

describe('the fake SendGrid', () => {
  let clock: DrivenClock;
  let fake: Fake;

  async function restart(options: FakeSendGridOptions = {}): Promise<void> {
    await fake?.close();
    fake = await startFakeSendGrid({ clock, ...options });
  }

  beforeEach(() => {
    clock = new DrivenClock();
    return restart();
  });

  afterEach(() => fake.close());

  async function post(
    body: unknown,
    authorization: string | undefined = `Bearer ${SENDGRID_KEY}`,
  ): Promise<Answer> {
    const response = await request(`${fake.url}/v3/mail/send`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(body),
    });
    const text = await response.body.text();
    const errors = text.startsWith('{') ? (JSON.parse(text) as Answer).errors : [];
    return { status: response.statusCode, headers: response.headers, errors };
  }

  const lines = (kind: string) => fake.journal().filter((line) => line.kind === kind);

  it('takes personalizations, each with its own substitutions, subject, headers and arguments', async () => {
    const { status, headers } = await post(
      mail(
        [
          one('ann', {
            substitutions: { '-name-': 'Ann & -other-', '-other-': 'x' },
            headers: { 'X-Kind': 'own' },
          }),
          one('bob', {
            substitutions: { '-name-': 'Bob' },
            subject: 'For -name-',
            bcc: [{ email: 'bcc@example.com' }],
          }),
        ],
        { headers: { 'X-Kind': 'all' }, reply_to: { email: 'desk@example.com' } },
      ),
    );
    expect(status).toBe(202);
    expect(fake.mails()).toMatchObject([
      {
        from: 'Us <us@example.com>',
        to: ['ann@example.com'],
        subject: 'Hi Ann & -other-',
        html: '<p>Hello Ann & -other-</p>',
        text: 'Hello Ann & -other-',
        headers: { 'x-kind': 'own', 'reply-to': 'desk@example.com' },
        deliveryId: 'dlv_ann',
        messageId: headers['x-message-id'],
      },
      {
        to: ['bob@example.com', 'bcc@example.com'],
        subject: 'For Bob',
        headers: { 'x-kind': 'all' },
        deliveryId: 'dlv_bob',
      },
    ]);
    expect(lines('accepted').map(({ to, deliveryId }) => [to, deliveryId])).toEqual([
      ['ann@example.com', 'dlv_ann'],
      ['bob@example.com', 'dlv_bob'],
      ['bcc@example.com', 'dlv_bob'],
    ]);
  });

  it('refuses the whole call for bad addresses and names each of them', async () => {
    const { status, errors } = await post(
      mail([one('ann'), one('b', { to: [{ email: 'nobody' }] }), one('c', { to: [{ email: '' }] })]),
    );
    expect(status).toBe(400);
    expect(errors.map(({ field }) => field)).toEqual([
      'personalizations.1.to.0.email',
      'personalizations.2.to.0.email',
    ]);
    expect(lines('accepted')).toEqual([]);
  });

  it('names scripted rejections the same way', async () => {
    fake.setFaults([{ match: { recipient: '^bob' }, effect: { kind: 'rejectRecipients' } }]);
    const { status, errors } = await post(mail([one('ann'), one('bob')]));
    expect([status, errors[0]]).toEqual([
      400,
      expect.objectContaining({
        field: 'personalizations.1.to.0.email',
        message: 'Does not contain a valid address.',
      }),
    ]);
    expect(lines('rejected')).toMatchObject([{ to: 'bob@example.com', deliveryId: 'dlv_bob' }]);
    expect(lines('accepted')).toEqual([]);
  });

  it('takes 10,000 bytes of substitutions and not one more', async () => {
    const of = (bytes: number) =>
      mail([one('ann', { substitutions: { '-html-': 'ü'.repeat((bytes - 6) / 2) } })]);
    expect((await post(of(10_000))).status).toBe(202);
    const { status, errors } = await post(of(10_002));
    expect([status, errors[0]?.field]).toEqual([400, 'personalizations.0.substitutions']);
  });

  it('takes 1,000 personalizations and not one more', async () => {
    const everyone = Array.from({ length: 1001 }, (_, n) => one(`u${n}`));
    expect((await post(mail(everyone.slice(1)))).status).toBe(202);
    expect(lines('accepted')).toHaveLength(1000);
    expect((await post(mail(everyone))).errors[0]?.message).toContain('limited to 1000');
  });

  it.each([
    ['no personalization', mail([]), 'personalizations'],
    ['nobody to send to', mail([one('a', { to: [] })]), 'personalizations.0.to'],
    [
      'the same address twice',
      mail([one('a', { cc: [{ email: 'A@example.com' }] })]),
      'personalizations.0.to',
    ],
    ['a bad sender', mail([one('a')], { from: { email: 'us' } }), 'from.email'],
    ['no subject', mail([one('a')], { subject: '' }), 'subject'],
    ['no content', mail([one('a')], { content: [] }), 'content'],
    ['empty content', mail([one('a')], { content: [{ type: 'text/html', value: '' }] }), 'content.0.value'],
    [
      'a reserved header',
      mail([one('a', { headers: { Subject: 'x' } })]),
      'personalizations.0.headers.Subject',
    ],
    [
      'a header with a line break',
      mail([one('a')], { headers: { 'X-A': 'b\r\nBcc: c@x.io' } }),
      'headers.X-A',
    ],
    [
      'arguments past 10,000 bytes',
      mail([one('a', { custom_args: { a: 'x'.repeat(10_000) } })]),
      'personalizations.0.custom_args',
    ],
  ])('refuses %s', async (_, body, field) => {
    const { status, errors } = await post(body);
    expect([status, errors[0]?.field]).toEqual([400, field]);
  });

  it('wants text before HTML', async () => {
    const content = [...(mail([]).content ?? [])].reverse();
    expect((await post(mail([one('a')], { content }))).errors[0]?.message).toContain('in that order');
  });

  it.each([
    ['no key', '', 401],
    ['a wrong key', 'Bearer SG.other', 401],
  ])('wants a key: %s', async (_, authorization, expected) => {
    const { status, errors } = await post(mail([one('ann')]), authorization);
    expect([status, errors[0]?.field]).toEqual([expected, null]);
  });

  it('sends only from verified senders', async () => {
    await restart({ verifiedSenders: ['mail.example.com'] });
    const { status, errors } = await post(mail([one('ann')]));
    expect([status, errors[0]?.field]).toEqual([403, 'from']);
    expect((await post(mail([one('ann')], { from: { email: 'us@mail.example.com' } }))).status).toBe(202);
  });

  it('checks but does not send in sandbox mode', async () => {
    const { status } = await post(mail([one('ann')], { mail_settings: { sandbox_mode: { enable: true } } }));
    expect([status, lines('accepted')]).toEqual([200, []]);
  });

  it('limits requests and tells by headers when the window ends', async () => {
    await restart({ requestsPerSecond: 1 });
    expect((await post(mail([one('ann')]))).headers['x-ratelimit-remaining']).toBe('0');
    const { status, headers, errors } = await post(mail([one('ann')]));
    expect([status, errors[0]?.message]).toEqual([429, 'too many requests']);
    expect(headers['x-ratelimit-reset']).toBe(String(clock.now() / 1000 + 1));
    clock.advance(1000);
    expect((await post(mail([one('ann')]))).status).toBe(202);
  });

  it('says with 401 that the credits are used up, really or by script', async () => {
    await restart({ credits: 1 });
    await post(mail([one('ann')]));
    expect(await post(mail([one('ann')]))).toMatchObject({
      status: 401,
      errors: [{ message: 'Maximum credits exceeded' }],
    });
    await restart();
    fake.setFaults([{ effect: { kind: 'quota' } }]);
    expect(await post(mail([one('ann')]))).toMatchObject({
      status: 401,
      errors: [{ message: 'Maximum credits exceeded' }],
    });
  });

  it.each([400, 401, 403, 413, 429, 500])('gives a scripted %i in its own shape', async (status) => {
    fake.setFaults([{ effect: { kind: 'status', status } }]);
    expect(await post(mail([one('ann')]))).toMatchObject({
      status,
      errors: [{ message: expect.any(String), field: null }],
    });
  });

  it('shows credits and scopes', async () => {
    await restart({ credits: 100 });
    await post(mail([one('ann')]));
    const get = async (path: string) => {
      const response = await fetch(fake.url + path, { headers: { authorization: `Bearer ${SENDGRID_KEY}` } });
      return response.json();
    };
    expect(await get('/v3/user/credits')).toMatchObject({ remain: 99, total: 100, used: 1 });
    expect(await get('/v3/scopes')).toEqual({ scopes: ['mail.send'] });
  });

  it('refuses more than 30 MB', async () => {
    const content = [{ type: 'text/plain', value: 'x'.repeat(30 * 1024 * 1024) }];
    expect((await post(mail([one('ann')], { content }))).status).toBe(413);
  });

  it('counts personalizations in bench mode', async () => {
    await restart({ journal: 'count' });
    const { status, headers } = await post(mail(Array.from({ length: 100 }, (_, n) => one(`u${n}`))));
    expect([status, headers['x-message-id']]).toEqual([202, expect.any(String)]);
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 100 });
  });
});
