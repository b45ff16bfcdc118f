import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import PostalMime from 'postal-mime';
import { readable } from '#adapters/email-providers/http-vendor.contract.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import {
  aMessage,
  describeEmailProviderContract,
  type TakenMail,
  type Trouble,
} from '#ports/delivery/email-provider.contract.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import type { CallEffect, SmtpStage } from '#test/fakes/kit/fault-rules.js';
import type { Mail } from '#test/fakes/kit/mails.js';
import { startFakeSmtp } from '#test/fakes/smtp/fake-smtp.js';
import { SMTP_LOGIN } from '#test/fakes/smtp/smtp-sessions.js';
import { SmtpProvider } from './smtp-provider.js';

const wireTroubles: Partial<Record<Trouble, CallEffect>> = {
  'says that we are too fast': { kind: 'status', status: 454, stage: 'mail' },
  'says that the quota is used up': { kind: 'quota' },
  'refuses our credentials': {
    kind: 'status',
    status: 535,
    error: '5.7.8',
    message: `bad password ${SMTP_LOGIN.pass}`,
    stage: 'auth',
  },
  'never answers': { kind: 'hang', stage: 'data' },
  'takes the call and never answers': { kind: 'hang', stage: 'data', accepted: true },
  'takes the call and hangs up': { kind: 'acceptThenDrop' },
};

function urlOf(fake: Fake, pass = SMTP_LOGIN.pass): string {
  return fake.url.replace('smtp://', `smtp://${SMTP_LOGIN.user}:${pass}@`);
}

describeEmailProviderContract(
  'SmtpProvider',
  async ({ wrongCredentials = false } = {}) => {
    const fake = await startFakeSmtp();
    const pass = wrongCredentials ? 'not-the-password' : SMTP_LOGIN.pass;
    const provider = new SmtpProvider({ url: urlOf(fake, pass) }, new DrivenClock());
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= fake.close());
    return {
      provider,
      secrets: [pass],
      taken: () => fake.mails().map(takenMail),
      cause: (trouble) => fake.setFaults([{ effect: wireTroubles[trouble] ?? { kind: 'healthy' } }]),
      turnDown: (address) =>
        fake.setFaults([{ match: { recipient: `^${address}$` }, effect: { kind: 'rejectRecipients' } }]),
      stop,
      close: async () => {
        provider.close();
        await stop();
      },
    };
  },
  { troubles: Object.keys(wireTroubles) as Trouble[], remote: true },
);

/** A line break at the very end belongs to MIME and not to the text. */
function takenMail({ deliveryId = '', to, subject, html, text, headers }: Mail): TakenMail {
  const replyTo = headers['reply-to'];
  return {
    deliveryId,
    from: readable(headers['from'] ?? ''),
    to: to.join(),
    subject,
    html: html?.replace(/\n$/, ''),
    text: text?.replace(/\n$/, ''),
    headers: { ...headers, ...(replyTo === undefined ? {} : { 'reply-to': readable(replyTo) }) },
  };
}

describe('an SMTP transaction', () => {
  let fake: Fake;
  let provider: SmtpProvider;
  beforeEach(async () => {
    fake = await startFakeSmtp();
    provider = new SmtpProvider({ url: urlOf(fake) }, new DrivenClock());
  });
  afterEach(async () => {
    provider.close();
    await fake.close();
  });

  const send = async (message = aMessage(), timeoutMs = 5_000) => {
    const [outcome] = await provider.send({ key: 'call_1', messages: [message], timeoutMs });
    return outcome;
  };

  it('carries one MIME message with a Message-ID that is the same for every attempt', async () => {
    await send(aMessage(7));
    await send(aMessage(7));
    for (const { raw } of fake.mails()) {
      const mail = await PostalMime.parse(raw!);
      expect(mail.messageId).toBe('<dlv_000007@example.com>');
      expect(mail.from).toEqual({ name: 'Jörg Müller, Acme', address: 'news@example.com' });
      expect(mail.attachments).toEqual([]);
    }
  });

  it('ends where it ends: a lone dot in a text is not the end of the message', async () => {
    const text = '.\n\n.\r\n.\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n..\n.';
    await send(aMessage(1, { text }));
    await send(aMessage(2));
    expect(fake.mails().map(({ to }) => to)).toEqual([['reader1@example.com'], ['reader2@example.com']]);
    expect(fake.mails()[0]?.text?.replace(/\n$/, '')).toBe(text.replaceAll('\r\n', '\n'));
  });

  it('takes nothing from the disk, whatever a message is made of', async () => {
    await send(aMessage(1, { html: 'file:///etc/hostname', text: '{"path":"/etc/hostname"}' }));
    expect(fake.mails()[0]).toMatchObject({
      html: 'file:///etc/hostname\n',
      text: '{"path":"/etc/hostname"}\n',
    });
  });

  it('writes a sender in another script as mail servers want it', async () => {
    await send(aMessage(1, { from: 'Jörg <joerg@müller.example>' }));
    expect(fake.mails()[0]?.headers['from']).toContain('@xn--mller-kva.example>');
    expect(fake.mails()[0]?.headers['message-id']).toBe('<dlv_000001@xn--mller-kva.example>');
  });

  it('uses a connection for many messages, and after a refusal too', async () => {
    for (let n = 1; n <= 3; n++) await send(aMessage(n));
    fake.setFaults([{ match: { recipient: '^reader4@' }, effect: { kind: 'rejectRecipients' } }]);
    expect((await send(aMessage(4)))?.kind).toBe('rejected');
    expect((await send(aMessage(5)))?.kind).toBe('accepted');
    expect(fake.stats().connections).toBe(1);
  });

  it('takes a new connection when the server has closed the idle one', async () => {
    await send(aMessage(1));
    await fake.close();
    fake = await startFakeSmtp({ port: fake.port });
    expect((await send(aMessage(2)))?.kind).toBe('accepted');
  });

  it('sends neither password nor mail over TLS with somebody whom nobody vouches for', async () => {
    const stranger = await startFakeSmtp({ startTls: true });
    const other = new SmtpProvider({ url: urlOf(stranger) }, new DrivenClock());
    const outcomes = await other.send({ key: 'call_1', messages: [aMessage()], timeoutMs: 5_000 });
    expect(outcomes).toEqual([{ kind: 'unavailable', reason: expect.stringMatching(/CERT/) }]);
    expect(stranger.journal().filter(({ kind }) => kind !== 'dropped')).toEqual([]);
    other.close();
    await stranger.close();
  });

  const outcomes: [SmtpStage, CallEffect, string, object][] = [
    ['connect', { kind: 'status', status: 421 }, 'throttled', {}],
    ['connect', { kind: 'status', status: 554 }, 'misconfigured', {}],
    ['connect', { kind: 'hang' }, 'unavailable', {}],
    ['connect', { kind: 'dropBeforeRead' }, 'unavailable', {}],
    ['auth', { kind: 'status', status: 454 }, 'throttled', {}],
    ['auth', { kind: 'status', status: 535 }, 'misconfigured', {}],
    ['auth', { kind: 'hang' }, 'unavailable', {}],
    ['mail', { kind: 'status', status: 421 }, 'throttled', {}],
    ['mail', { kind: 'status', status: 452 }, 'throttled', {}],
    ['mail', { kind: 'status', status: 553 }, 'misconfigured', {}],
    ['mail', { kind: 'hang' }, 'unavailable', {}],
    ['mail', { kind: 'dropBeforeRead' }, 'unavailable', {}],
    ['rcpt', { kind: 'status', status: 421 }, 'throttled', {}],
    ['rcpt', { kind: 'status', status: 450 }, 'throttled', { domain: 'example.com' }],
    ['rcpt', { kind: 'status', status: 550 }, 'rejected', { hardBounce: true }],
    ['rcpt', { kind: 'status', status: 550, error: '5.7.26' }, 'rejected', {}],
    ['rcpt', { kind: 'hang' }, 'unavailable', {}],
    ['data', { kind: 'status', status: 451 }, 'throttled', { domain: 'example.com' }],
    ['data', { kind: 'status', status: 554 }, 'rejected', {}],
    ['data', { kind: 'hang' }, 'unknown', {}],
    ['data', { kind: 'dropBeforeRead' }, 'unknown', {}],
  ];
  it.each(outcomes)('that meets with %j at the stage %j is %s', async (stage, effect, kind, more) => {
    fake.setFaults([{ effect: { ...effect, stage } as CallEffect }]);
    const timeoutMs = effect.kind === 'hang' ? 150 : 5_000;
    expect(await send(aMessage(), timeoutMs)).toEqual({ kind, reason: expect.any(String), ...more });
    fake.setFaults([]);
    expect((await send(aMessage(2)))?.kind).toBe('accepted');
    expect(fake.mails().map(({ deliveryId }) => deliveryId)).toEqual(['dlv_000002']);
  });
});

/** Says each line when the client has said something; the first one unasked. */
async function aServerSaying(...lines: string[]): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const left = [...lines];
    const say = (): void => {
      const line = left.shift();
      if (line !== undefined) socket.write(`${line}\r\n`);
    };
    socket.on('data', say);
    socket.on('error', () => undefined);
    say();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  };
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe('a server that does not speak SMTP', () => {
  const HELLO = ['220 there', '250 hello', '250 sender', '250 recipient', '354 go on'];

  it.each([
    ['greets like a web server', ['HTTP/1.1 400 Bad Request'], 'unavailable'],
    ['says something else after the message', [...HELLO, 'banana'], 'unknown'],
    ['says 999 after the message', [...HELLO, '999 what'], 'unknown'],
    ['says nothing after the message', HELLO, 'unknown'],
    ['never ends its reply', [...HELLO, `250-${'x'.repeat(2 * 1024 * 1024)}`], 'unknown'],
    ['takes the message', [...HELLO, '250 queued'], 'accepted'],
  ])('but %s', async (_, lines, kind) => {
    const { url, close } = await aServerSaying(...lines);
    const provider = new SmtpProvider({ url }, new DrivenClock());
    const outcomes = await provider.send({ key: 'call_1', messages: [aMessage()], timeoutMs: 500 });
    expect(outcomes).toEqual([expect.objectContaining({ kind })]);
    provider.close();
    close();
  });
});
