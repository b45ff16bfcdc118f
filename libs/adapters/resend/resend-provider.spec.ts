import { afterEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeHttpVendor } from '#adapters/email-providers/http-vendor.contract.js';
import { aMessage } from '#ports/delivery/email-provider.contract.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { type FakeResendOptions, RESEND_KEY, startFakeResend } from '#test/fakes/resend/fake-resend.js';
import { ResendProvider } from './resend-provider.js';

describeHttpVendor('ResendProvider', async ({ wrongCredentials }) => {
  const fake = await startFakeResend({ requestsPerSecond: 'off' });
  const apiKey = wrongCredentials ? 're_not_the_key' : RESEND_KEY;
  return {
    fake,
    provider: new ResendProvider({ apiKey, baseUrl: fake.url }, new DrivenClock()),
    secrets: [apiKey],
    refusal: { status: 403, error: 'invalid_api_key', message: `${apiKey} is invalid` },
  };
});

describe('ResendProvider', () => {
  let fake: Fake;
  let provider: ResendProvider;
  const start = async (options: FakeResendOptions = {}) => {
    fake = await startFakeResend({ requestsPerSecond: 'off', ...options });
    provider = new ResendProvider({ apiKey: RESEND_KEY, baseUrl: fake.url }, new DrivenClock());
  };
  afterEach(async () => {
    provider.close();
    await fake.close();
  });

  const send = (messages: readonly EmailMessage[], key = 'call_1') =>
    provider.send({ key, messages, timeoutMs: 5_000 });
  const batch = (count: number) => Array.from({ length: count }, (_, n) => aMessage(n + 1));
  const answering = (body: unknown) =>
    fake.setFaults([{ effect: { kind: 'status', status: 200, accepted: true, body } }]);

  it('learns its rate from the answers, and waits as long as it is told', async () => {
    await start({ requestsPerSecond: 2 });
    expect(await provider.quota()).toEqual({});
    await send(batch(1), 'call_1');
    expect(await provider.quota()).toEqual({ perSecond: 2 });
    await send(batch(1), 'call_2');
    const throttled = await send(batch(2), 'call_3');
    expect(throttled).toEqual(
      Array(2).fill(expect.objectContaining({ kind: 'throttled', retryAfterMs: 1000 })),
    );
  });

  it('parks until midnight UTC when the day’s mails are used up', async () => {
    await start({ dailyQuota: 1 });
    const [outcome] = await send(batch(2));
    expect(outcome).toMatchObject({ kind: 'throttled', parkUntil: Date.UTC(2026, 0, 2) });
  });

  it('gives ids to the messages they belong to, whichever of the batch were turned down', async () => {
    await start();
    fake.setFaults([{ match: { recipient: '^reader[13]@' }, effect: { kind: 'rejectRecipients' } }]);
    const outcomes = await send(batch(4));
    const idOf = (to: string) => fake.mails().find((mail) => mail.to.includes(to))?.messageId;
    expect(outcomes).toEqual([
      { kind: 'rejected', reason: expect.stringContaining('`to`') },
      { kind: 'accepted', providerMessageId: idOf('reader2@example.com') },
      { kind: 'rejected', reason: expect.stringContaining('`to`') },
      { kind: 'accepted', providerMessageId: idOf('reader4@example.com') },
    ]);
  });

  it.each([
    ['too few ids', { data: [{ id: 'a' }] }],
    ['too many ids', { data: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }],
    [
      'an error for somebody else',
      { data: [{ id: 'a' }, { id: 'b' }], errors: [{ index: 7, message: 'no' }] },
    ],
    ['no list', { data: 'a' }],
    ['nothing', {}],
  ])('trusts no answer with %s', async (_, body) => {
    await start();
    answering(body);
    expect((await send(batch(2))).map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
  });

  it('trusts no id that is none', async () => {
    await start();
    answering({ data: [{ id: 'a' }, { id: 7 }] });
    expect((await send(batch(2))).map(({ kind }) => kind)).toEqual(['accepted', 'unknown']);
  });

  it('does not know what became of a call whose key was used for other bytes: the first may have been taken', async () => {
    await start();
    await send(batch(2));
    expect((await send([aMessage(3), aMessage(4)])).map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
  });

  it('names the domains it may send from, or that there are none', async () => {
    await start({ verifiedDomains: ['example.com'] });
    expect(await provider.check()).toEqual({ ok: true, detail: 'Verified domains: example.com.' });
  });
});
