import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeHttpVendor } from '#adapters/email-providers/http-vendor.contract.js';
import { aMessage } from '#ports/delivery/email-provider.contract.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { type FakeSesOptions, SES_CREDENTIALS, startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { SesProvider, type SesSettings } from './ses-provider.js';

describeHttpVendor('SesProvider', async ({ wrongCredentials }) => {
  const fake = await startFakeSes();
  const secretAccessKey = wrongCredentials ? 'not-the-secret-key' : SES_CREDENTIALS.secretAccessKey;
  const settings = {
    region: 'eu-west-1',
    endpoint: fake.url,
    credentials: { ...SES_CREDENTIALS, secretAccessKey },
  };
  return {
    fake,
    provider: new SesProvider(settings, new DrivenClock()),
    secrets: [secretAccessKey],
    refusal: { status: 403, error: 'SignatureDoesNotMatch', message: `signed with ${secretAccessKey}` },
  };
});

describe('SesProvider', () => {
  let fake: Fake;
  let provider: SesProvider;
  const start = async (options: FakeSesOptions = {}, settings: Partial<SesSettings> = {}) => {
    fake = await startFakeSes(options);
    const credentials = SES_CREDENTIALS;
    provider = new SesProvider(
      { region: 'eu-west-1', endpoint: fake.url, credentials, ...settings },
      new DrivenClock(),
    );
  };
  afterEach(async () => {
    provider.close();
    await fake.close();
  });

  const send = (messages: readonly EmailMessage[], timeoutMs = 5_000) =>
    provider.send({ key: 'call_1', messages, timeoutMs });
  const batch = (count: number) => Array.from({ length: count }, (_, n) => aMessage(n + 1));

  it('makes one request of fifty messages, and sends the lines they share once', async () => {
    await start();
    const footer = '<p>The same for everyone</p>\n'.repeat(200);
    await send(batch(50).map((message) => ({ ...message, html: `${message.html}\n${footer}` })));
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 50 });
    expect(fake.stats().bytes).toBeLessThan(60_000);
    expect(fake.mails().every(({ html }) => html?.endsWith(footer))).toBe(true);
  });

  it('batches large mails, and returns what is too much for one call', async () => {
    await start();
    const large = (n: number, shared: string, own: string) =>
      aMessage(n, { html: `${shared}\n${own.repeat(40_000)}`, text: `${n}` });
    const alike = batch(50).map((_, n) => aMessage(n, { html: `${'shared\n'.repeat(12_000)}${n}` }));
    expect((await send(alike)).map(({ kind }) => kind)).toEqual(alike.map(() => 'accepted'));
    expect(fake.stats().bytes).toBeLessThan(200_000);
    const unlike = batch(50).map((_, n) => large(n, 'shared', String.fromCharCode(97 + (n % 26)) + '"'));
    const outcomes = await send(unlike);
    expect(outcomes.slice(0, 3).map(({ kind }) => kind)).toEqual(Array(3).fill('accepted'));
    expect(outcomes.slice(3)).toEqual(
      Array(47).fill({ kind: 'throttled', reason: 'the call was full', retryAfterMs: 0 }),
    );
  });

  it('tells each throttled entry of a call from those that were taken', async () => {
    await start({ maxSendRate: 2 });
    const kinds = (await send(batch(5))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'throttled')).toHaveLength(3);
  });

  it('asks the account how fast it may be, and how much is left', async () => {
    await start({ maxSendRate: 14, max24HourSend: 200 });
    await send(batch(3));
    expect(await provider.quota()).toEqual({ perSecond: 14, remainingToday: 197 });
  });

  it('takes an account without a daily quota for one', async () => {
    await start();
    expect(await provider.quota()).not.toHaveProperty('remainingToday');
  });

  it('says that sending is paused', async () => {
    await start({ sendingEnabled: false });
    expect(await provider.check()).toEqual({ ok: false, detail: 'Sending is paused for this account.' });
    expect((await send(batch(1)))[0]?.kind).toBe('misconfigured');
  });

  it('takes a sender who is not verified for a matter of configuration, in a call of one and of many', async () => {
    await start({ verifiedIdentities: ['other.example'] });
    expect((await send(batch(1))).map(({ kind }) => kind)).toEqual(['misconfigured']);
    expect((await send(batch(2))).map(({ kind }) => kind)).toEqual(['misconfigured', 'misconfigured']);
  });

  it('writes names and headers of other scripts as SES takes them', async () => {
    await start();
    const headers = { 'X-Greeting': 'Grüße' };
    await send([aMessage(1, { headers })]);
    await send([aMessage(1, { headers }), aMessage(2, { headers, to: 'Ada Ünsal <ada@müller.example>' })]);
    expect(fake.mails().map(({ from }) => from)).toEqual(
      Array(3).fill('=?UTF-8?B?SsO2cmcgTcO8bGxlciwgQWNtZQ==?= <news@example.com>'),
    );
    expect(fake.mails().map((mail) => mail.headers['x-greeting'])).toEqual(
      Array(3).fill('=?UTF-8?B?R3LDvMOfZQ==?='),
    );
    expect(fake.mails()[2]?.to).toEqual(['ada@xn--mller-kva.example']);
  });

  it('sends nothing when credentials can not be found in time, not even later', async () => {
    // Nobody answers where the SDK's own chain would ask for the role of an instance.
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const before = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = `http://127.0.0.1:${port}`;
    process.env['AWS_CONFIG_FILE'] = process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/none';
    await start();
    const lost = new SesProvider({ region: 'eu-west-1', endpoint: fake.url }, new DrivenClock());
    const outcomes = await lost.send({ key: 'call_1', messages: batch(1), timeoutMs: 50 });
    expect(outcomes).toEqual([{ kind: 'unavailable', reason: 'no credentials within 50 ms' }]);
    process.env = before;
    lost.close();
    silent.close();
    silent.closeAllConnections();
    expect(fake.stats().requests).toBe(0);
  });
});
