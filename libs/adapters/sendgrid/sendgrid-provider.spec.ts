import { afterEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeHttpVendor } from '#adapters/email-providers/http-vendor.contract.js';
import { aMessage } from '#ports/delivery/email-provider.contract.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import {
  type FakeSendGridOptions,
  SENDGRID_KEY,
  startFakeSendGrid,
} from '#test/fakes/sendgrid/fake-sendgrid.js';
import { SendGridProvider } from './sendgrid-provider.js';

describeHttpVendor('SendGridProvider', async ({ wrongCredentials }) => {
  const fake = await startFakeSendGrid();
  const apiKey = wrongCredentials ? 'SG.not-the-key' : SENDGRID_KEY;
  return {
    fake,
    provider: new SendGridProvider({ apiKey, baseUrl: fake.url }, new DrivenClock()),
    secrets: [apiKey],
    refusal: { status: 401, message: `${apiKey} is invalid, expired, or revoked` },
  };
});

describe('SendGridProvider', () => {
  let fake: Fake;
  let provider: SendGridProvider;
  const start = async (options: FakeSendGridOptions = {}) => {
    fake = await startFakeSendGrid(options);
    provider = new SendGridProvider({ apiKey: SENDGRID_KEY, baseUrl: fake.url }, new DrivenClock(Date.now()));
  };
  afterEach(async () => {
    provider.close();
    await fake.close();
  });

  const send = (messages: readonly EmailMessage[]) =>
    provider.send({ key: 'call_1', messages, timeoutMs: 5_000 });
  const batch = (count: number) => Array.from({ length: count }, (_, n) => aMessage(n + 1));

  it('gives one message the id of its call, and several each its own place in it', async () => {
    await start();
    await send(batch(1));
    const [first] = fake.mails();
    const outcomes = await send(batch(2));
    const call = fake.mails()[1]?.messageId;
    expect(await send(batch(1))).toEqual([
      { kind: 'accepted', providerMessageId: fake.mails()[3]?.messageId },
    ]);
    expect(first?.messageId).toBeDefined();
    expect(outcomes.map((outcome) => 'providerMessageId' in outcome && outcome.providerMessageId)).toEqual([
      `${call}.0`,
      `${call}.1`,
    ]);
  });

  it('batches what it says it batches, though no two lines be alike', async () => {
    await start();
    const { maxBatchedMessageBytes } = provider.capabilities;
    const messages = batch(3).map((message, n) => {
      const room = maxBatchedMessageBytes - Buffer.byteLength(message.subject) - 4_000;
      // Every second line differs: a key for each would take more room than there is.
      const html = `${n}\na\n`.repeat(room / 4);
      return { ...message, html, text: 'é'.repeat(2_000) };
    });
    expect((await send(messages)).map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(fake.mails().map(({ html }) => html)).toEqual(messages.map(({ html }) => html));
  });

  it('sends a large message alone, as it is', async () => {
    await start();
    const html = '<p>long</p>\n'.repeat(5_000);
    expect((await send([aMessage(1, { html })])).map(({ kind }) => kind)).toEqual(['accepted']);
    expect(fake.mails()[0]?.html).toBe(html);
  });

  it('waits until the window that it is told of ends', async () => {
    await start({ requestsPerSecond: 1 });
    await send(batch(1));
    const [outcome] = await send(batch(1));
    expect(outcome).toMatchObject({ kind: 'throttled', retryAfterMs: expect.any(Number) });
    expect(await provider.quota()).toEqual({ perSecond: expect.any(Number) });
  });

  it('parks when the credits are used up, which SendGrid says with a 401', async () => {
    await start({ credits: 1 });
    expect((await send(batch(2))).map((outcome) => 'parkUntil' in outcome)).toEqual([true, true]);
  });

  it('takes an unverified sender for a matter of configuration', async () => {
    await start({ verifiedSenders: ['other.example'] });
    expect((await send(batch(2))).map(({ kind }) => kind)).toEqual(['misconfigured', 'misconfigured']);
  });

  it('takes no 202 for an acceptance that gives no id', async () => {
    await start();
    fake.setFaults([{ effect: { kind: 'status', status: 202, body: '' } }]);
    expect((await send(batch(2))).map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
  });

  it('returns the good messages of a spoiled call, and they go out at once without the bad one', async () => {
    await start();
    const messages = [aMessage(1), aMessage(2, { to: 'nobody' }), aMessage(3)];
    const outcomes = await send(messages);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['throttled', 'rejected', 'throttled']);
    expect(fake.mails()).toEqual([]);
    const again = await send(messages.filter((_, n) => outcomes[n]?.kind === 'throttled'));
    expect(again.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
  });
});
