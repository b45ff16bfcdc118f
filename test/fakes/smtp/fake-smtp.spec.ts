import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createConnection } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { DrivenClock } from '../kit/clock.js';
import type { Fake } from '../kit/fake.js';
import type { FaultEffect, FaultMatch } from '../kit/fault-rules.js';
import { RemoteFake } from '../kit/remote.js';
import { startFakeSmtp, type FakeSmtpOptions } from './fake-smtp.js';
import { SMTP_LOGIN } from './smtp-sessions.js';

const MAIL: SendMailOptions = {
  from: 'us@example.com',
  to: 'ann@example.com',
  subject: 'Grüße',
  text: 'Hello\n.\nMAIL FROM:<evil@x.io>\n',
  html: '<p>Hello</p>',
  headers: { 'X-Posthorn-Delivery': 'dlv_1', 'List-Unsubscribe': '<https://example.com/u/1>' },
};

describe('the fake SMTP server, driven by nodemailer', () => {
  let clock: DrivenClock;
  let fake: Fake;
  let transport: ReturnType<typeof createTransport<SMTPPool.SentMessageInfo>>;

  async function restart(
    options: FakeSmtpOptions = {},
    client: Partial<SMTPPool.Options> = {},
  ): Promise<void> {
    await fake?.close();
    fake = await startFakeSmtp({ clock, ...options });
    transport?.close();
    transport = createTransport({
      pool: true,
      maxConnections: 2,
      // By default the pool tries a dropped connection again five times, by itself.
      maxRequeues: 0,
      host: '127.0.0.1',
      port: fake.port,
      auth: SMTP_LOGIN,
      tls: { rejectUnauthorized: false },
      ...client,
    });
  }

  beforeEach(() => {
    clock = new DrivenClock();
    return restart();
  });

  afterEach(async () => {
    transport.close();
    await fake.close();
  });

  const send = (change: SendMailOptions = {}) => transport.sendMail({ ...MAIL, ...change });
  const script = (effect: FaultEffect, match: FaultMatch = {}) =>
    fake.setFaults([{ name: 'script', match, effect }]);
  const lines = (kind: string) => fake.journal().filter((line) => line.kind === kind);
  async function reached(kind: string): Promise<void> {
    while (lines(kind).length === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  it('takes a mail and keeps it, parsed and raw', async () => {
    const { response } = await send({ messageId: '<dlv_1@example.com>' });
    expect(response).toMatch(/^250 2\.0\.0 Ok: queued as smtp-/);
    const [mail] = fake.mails();
    expect(mail).toMatchObject({
      to: ['ann@example.com'],
      subject: 'Grüße',
      html: '<p>Hello</p>\n',
      deliveryId: 'dlv_1',
      headers: { 'message-id': '<dlv_1@example.com>', 'list-unsubscribe': '<https://example.com/u/1>' },
    });
    expect(mail?.text).toContain('.\nMAIL FROM:<evil@x.io>');
    expect(mail?.raw?.toString()).toContain('Subject: =?UTF-8?');
    expect(lines('accepted')).toMatchObject([{ to: 'ann@example.com', deliveryId: 'dlv_1', status: 250 }]);
    const { n = 0 } = mail ?? {};
    expect((await new RemoteFake(fake.adminUrl).mail(n)).raw).toContain(
      'List-Unsubscribe: <https://example.com/u/1>',
    );
  });

  it('serves many mails over few connections', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => send({ to: `u${n}@example.com` })));
    expect(fake.stats()).toMatchObject({ requests: 20, accepted: 20 });
    expect(fake.stats().connections).toBeLessThanOrEqual(2);
  });

  it('delivers to everyone in the envelope, blind copies too', async () => {
    await send({ to: ['a@x.io', 'b@x.io'], bcc: 'c@x.io' });
    expect(lines('accepted').map(({ to }) => to)).toEqual(['a@x.io', 'b@x.io', 'c@x.io']);
    expect(fake.mails()[0]?.raw?.toString()).not.toContain('c@x.io');
  });

  it('wants a login', async () => {
    await restart({}, { auth: { user: 'fake-user', pass: 'wrong' } });
    await expect(send()).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    await restart({ auth: 'off' }, { auth: undefined as never });
    expect((await send()).accepted).toEqual(['ann@example.com']);
  });

  it('upgrades to TLS when asked to', async () => {
    await restart({ startTls: true }, { requireTLS: true });
    expect((await send()).accepted).toEqual(['ann@example.com']);
    await restart({}, { requireTLS: true });
    await expect(send()).rejects.toMatchObject({ code: 'ETLS' });
  });

  it('turns down single recipients and delivers to the others', async () => {
    script({ kind: 'rejectRecipients' }, { recipient: '^bob@' });
    const { accepted, rejected } = await send({ to: ['ann@example.com', 'bob@example.com'] });
    expect([accepted, rejected]).toEqual([['ann@example.com'], ['bob@example.com']]);
    expect(lines('rejected')).toMatchObject([{ to: 'bob@example.com', status: 550, fault: 'script' }]);
    await expect(send({ to: 'bob@example.com' })).rejects.toMatchObject({
      code: 'EENVELOPE',
      responseCode: 550,
    });
    expect((await send()).accepted).toEqual(['ann@example.com']);
  });

  it.each<[stage: 'mail' | 'rcpt' | 'data', status: number, error: string]>([
    ['mail', 421, '4.7.0'],
    ['mail', 451, '4.7.1'],
    ['mail', 454, '4.7.0'],
    ['mail', 550, '5.7.26'],
    ['mail', 553, '5.1.8'],
    ['rcpt', 450, '4.2.1'],
    ['rcpt', 452, '4.3.1'],
    ['rcpt', 550, '5.1.1'],
    ['data', 452, '4.3.1'],
    ['data', 550, '5.7.26'],
    ['data', 550, '5.7.515'],
    ['data', 554, '5.7.1'],
  ])('answers %s with %i %s, accepts nothing, and goes on', async (stage, status, error) => {
    script({ kind: 'status', stage, status, error }, { calls: [1, 1] });
    await expect(send()).rejects.toMatchObject({
      responseCode: status,
      response: expect.stringContaining(`${status} ${error} `),
    });
    expect(lines('accepted')).toEqual([]);
    expect(lines('refused')).toMatchObject([{ status, fault: 'script' }]);
    expect((await send()).accepted).toEqual(['ann@example.com']);
  });

  it('answers a login or a connection with a scripted status', async () => {
    script({ kind: 'status', stage: 'auth', status: 535 });
    await expect(send()).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    script({ kind: 'status', stage: 'connect', status: 421 });
    await expect(send()).rejects.toMatchObject({ responseCode: 421 });
  });

  it('drops the line after the final dot, with the mail accepted', async () => {
    script({ kind: 'acceptThenDrop' });
    await expect(send()).rejects.toMatchObject({ code: 'ECONNECTION' });
    expect(lines('accepted')).toMatchObject([{ deliveryId: 'dlv_1' }]);
    expect(lines('answered')).toEqual([]);
  });

  it('sends the mail and then says that it failed', async () => {
    script({ kind: 'status', stage: 'data', status: 451, accepted: true });
    await expect(send()).rejects.toMatchObject({ responseCode: 451 });
    expect(lines('accepted')).toHaveLength(1);
  });

  it('drops the line before the banner', async () => {
    script({ kind: 'dropBeforeRead' });
    await expect(send()).rejects.toMatchObject({ code: expect.stringMatching(/ECONNECTION|ESOCKET/) });
    expect(lines('dropped')).toHaveLength(1);
  });

  it('has a slow banner', async () => {
    script({ kind: 'slow', stage: 'connect', ms: 20_000 });
    const sent = send();
    await clock.waiting(1);
    expect(lines('request')).toEqual([]);
    clock.advance(20_000);
    expect((await sent).accepted).toEqual(['ann@example.com']);
  });

  it.each([false, true])(
    'hangs after the final dot until released (mail accepted before: %s)',
    async (accepted) => {
      script({ kind: 'hang', accepted });
      const sent = send();
      await reached('hung');
      expect(lines('accepted')).toHaveLength(accepted ? 1 : 0);
      expect(fake.release()).toBe(1);
      expect((await sent).accepted).toEqual(['ann@example.com']);
      expect(lines('accepted')).toHaveLength(1);
    },
  );

  it('throttles by messages per second, and by quota', async () => {
    await restart({ messagesPerSecond: 1 });
    await send();
    await expect(send()).rejects.toMatchObject({
      responseCode: 454,
      response: expect.stringContaining('Maximum sending rate'),
    });
    clock.advance(1000);
    expect((await send()).accepted).toEqual(['ann@example.com']);
    script({ kind: 'quota' });
    clock.advance(1000);
    await expect(send()).rejects.toMatchObject({
      responseCode: 454,
      response: expect.stringContaining('Daily message quota'),
    });
  });

  it('throttles one recipient domain only', async () => {
    script(
      { kind: 'status', stage: 'rcpt', status: 421, error: '4.7.28' },
      { recipient: '@busy\\.example$' },
    );
    await expect(send({ to: 'a@busy.example' })).rejects.toMatchObject({ responseCode: 421 });
    expect((await send()).accepted).toEqual(['ann@example.com']);
  });

  it('takes mail from verified senders only, and none that is too large', async () => {
    await restart({ verifiedSenders: ['example.com'], maxSize: 5000 });
    await expect(send({ from: 'us@other.example' })).rejects.toMatchObject({ responseCode: 553 });
    await expect(send({ text: 'x'.repeat(6000) })).rejects.toMatchObject({ responseCode: 552 });
    expect((await send()).accepted).toEqual(['ann@example.com']);
  });

  it('accepts nothing of a message whose sender left before the final dot', async () => {
    await restart({ auth: 'off' });
    const socket = createConnection(fake.port, '127.0.0.1');
    const steps = [
      'EHLO x',
      'MAIL FROM:<a@x.io>',
      'RCPT TO:<b@x.io>',
      'DATA',
      'Subject: half\r\n\r\nhalf a line',
    ];
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      // One step for each complete reply: the last line of a reply has a space after its code.
      if (/^\d{3} .*\r\n$/m.test(heard)) {
        heard = '';
        const step = steps.shift();
        if (steps.length > 0) socket.write(`${step}\r\n`);
        else socket.write(step ?? '', () => socket.destroy());
      }
    });
    await new Promise((resolve) => socket.on('close', resolve));
    while (fake.stats().requests === 0) await new Promise((resolve) => setImmediate(resolve));
    await fake.close();
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 0 });
  });

  it('counts in bench mode', async () => {
    await restart({ journal: 'count' });
    await send({ to: ['a@x.io', 'b@x.io'] });
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 2 });
    expect(fake.mails()).toEqual([]);
  });
});
