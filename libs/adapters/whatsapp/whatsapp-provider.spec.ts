import { afterEach, describe, expect, it } from '@jest/globals';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { WhatsAppContent, WhatsAppMessage } from '#ports/delivery/whatsapp-provider.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { CallEffect } from '#test/fakes/kit/fault-rules.js';
import {
  type FakeWhatsApp,
  type FakeWhatsAppOptions,
  startFakeWhatsApp,
  WHATSAPP_ACCOUNT,
  WHATSAPP_NUMBER,
} from '#test/fakes/whatsapp/fake-whatsapp.js';
import { statusOf } from '#test/fakes/whatsapp/whatsapp-errors.js';
import { whatsAppErrorRanges, whatsAppErrors, type WhatsAppRule } from './classify-whatsapp.js';
import { WhatsAppCloudProvider } from './whatsapp-provider.js';

const { token, phoneNumberId } = WHATSAPP_ACCOUNT;
const ANN = '+15551234567';
const CODE: WhatsAppContent = {
  kind: 'template',
  name: 'code',
  language: 'de',
  parameters: ['A "1"', '482\\'],
};
const TEMPLATES = { code: { languages: ['en_US', 'de'], parameters: 2 } };
const HELLO: WhatsAppContent = { kind: 'text', body: 'Grüße\n👋 https://example.com' };

describe('WhatsAppCloudProvider', () => {
  let fake: FakeWhatsApp;
  let provider: WhatsAppCloudProvider;
  const start = async (
    options: FakeWhatsAppOptions = {},
    settings: { token?: string; phoneNumberId?: string } = {},
  ) => {
    fake = await startFakeWhatsApp({ templates: TEMPLATES, ...options });
    const account = { token, phoneNumberId, baseUrl: fake.url, ...settings };
    provider = new WhatsAppCloudProvider(account, new DrivenClock());
  };
  afterEach(async () => {
    provider.close();
    await fake.close();
  });

  const send = async (content: WhatsAppContent = CODE, to = ANN, timeoutMs = 5_000): Promise<Outcome> => {
    const message: WhatsAppMessage = { deliveryId: 'dlv_1', to, content };
    const outcomes = await provider.send({ key: 'call_1', messages: [message], timeoutMs });
    expect(outcomes).toHaveLength(1);
    return outcomes[0]!;
  };
  const cause = (effect: CallEffect) => fake.setFaults([{ effect }]);
  const reasonOf = (outcome: Outcome) => (outcome.kind === 'accepted' ? '' : outcome.reason);

  it('sends a template with its variables, and our id to come back', async () => {
    await start();
    const outcome = await send();
    const [mail] = fake.mails();
    expect(outcome).toEqual({ kind: 'accepted', providerMessageId: mail?.messageId });
    expect(mail).toMatchObject({
      from: WHATSAPP_NUMBER,
      to: [ANN],
      deliveryId: 'dlv_1',
      tags: { type: 'template', template: 'code', language: 'de', parameters: '["A \\"1\\"","482\\\\"]' },
    });
  });

  it('sends a template without variables', async () => {
    await start({ templates: { hello_world: { languages: ['en_US'], parameters: 0 } } });
    const hello: WhatsAppContent = {
      kind: 'template',
      name: 'hello_world',
      language: 'en_US',
      parameters: [],
    };
    expect((await send(hello)).kind).toBe('accepted');
  });

  it('sends free text to a person who has written within 24 hours', async () => {
    await start();
    fake.openWindow(ANN);
    expect((await send(HELLO)).kind).toBe('accepted');
    expect(fake.mails()).toMatchObject([{ text: 'Grüße\n👋 https://example.com', tags: { type: 'text' } }]);
  });

  it('learns that the 24 hours are over, which says nothing against the number', async () => {
    await start();
    const outcome = await send(HELLO);
    expect(outcome).toEqual({ kind: 'rejected', reason: expect.stringMatching(/^window_closed: 131047 /) });
    expect((await send(CODE)).kind).toBe('accepted');
  });

  it.each<readonly [what: string, content: WhatsAppContent, reason: RegExp]>([
    ['is not approved', { ...CODE, name: 'kode' }, /^132001 .*kode.* does not exist in de/],
    ['is not approved in the language', { ...CODE, language: 'fr' }, /^132001 .* does not exist in fr/],
    ['has other variables', { ...CODE, parameters: ['1'] }, /^132000 .* \(1\) does not match .* \(2\)/],
  ])('is told that a template %s', async (_, content, reason) => {
    await start();
    expect(await send(content)).toEqual({ kind: 'rejected', reason: expect.stringMatching(reason) });
    expect(fake.mails()).toEqual([]);
  });

  it('may not write to itself', async () => {
    await start();
    expect(await send(CODE, WHATSAPP_NUMBER)).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/^131021 /),
    });
  });

  it.each<readonly [what: string, effect: CallEffect, outcome: object]>([
    [
      'says that we are too fast',
      { kind: 'status', status: 429, retryAfter: 2 },
      { kind: 'throttled', retryAfterMs: 2000 },
    ],
    ['says that the hour is used up', { kind: 'quota' }, { kind: 'throttled' }],
    ['says 503', { kind: 'status', status: 503 }, { kind: 'unavailable' }],
    [
      'says 503 without being WhatsApp',
      { kind: 'status', status: 503, body: '<html>' },
      { kind: 'unavailable' },
    ],
    ['says 500', { kind: 'status', status: 500 }, { kind: 'unknown' }],
    ['says 500 without being WhatsApp', { kind: 'status', status: 500, body: '' }, { kind: 'unknown' }],
    ['has a gateway in front that times out', { kind: 'status', status: 504 }, { kind: 'unknown' }],
    ['refuses our token', { kind: 'status', status: 401 }, { kind: 'misconfigured' }],
    ['takes the message and hangs up', { kind: 'acceptThenDrop' }, { kind: 'unknown' }],
    ['hangs up before it has read', { kind: 'dropBeforeRead' }, { kind: 'unknown' }],
    [
      'sends us elsewhere',
      { kind: 'status', status: 302, headers: { location: '/' }, body: '' },
      { kind: 'unavailable' },
    ],
  ])('when WhatsApp %s', async (_, effect, outcome) => {
    await start();
    cause(effect);
    expect(await send()).toMatchObject(outcome);
    expect(fake.stats().requests).toBe(1);
  });

  it.each([false, true])(
    'does not know what became of a call that is never answered (taken: %s)',
    async (accepted) => {
      await start();
      cause({ kind: 'hang', accepted });
      expect(await send(CODE, ANN, 200)).toEqual({ kind: 'unknown', reason: 'no answer within 200 ms' });
    },
  );

  it('knows that nothing was taken by a host that does not answer the door', async () => {
    await start();
    await fake.close();
    expect(await send()).toEqual({ kind: 'unavailable', reason: 'ECONNREFUSED' });
  });

  it('throttles by the number’s rate', async () => {
    await start({ messagesPerSecond: 1 });
    expect((await send()).kind).toBe('accepted');
    expect((await send()).kind).toBe('throttled');
  });

  it.each<readonly [what: string, body: unknown]>([
    ['nothing', {}],
    ['no message', { messages: [] }],
    ['a message without an id', { messages: [{ id: '' }] }],
    ['an id that is none', { messages: [{ id: { toString: 1 } }] }],
    ['something that is no list', { messages: { 0: { id: 'wamid.1' } } }],
    ['another language', '<html>Welcome to the hotel Wi-Fi</html>'],
    ['null', 'null'],
  ])('trusts no success that names %s', async (_, body) => {
    await start();
    cause({ kind: 'status', status: 200, accepted: true, body });
    expect((await send()).kind).toBe('unknown');
  });

  const KIND: Readonly<Record<WhatsAppRule, Outcome['kind']>> = {
    throttled: 'throttled',
    pair_throttled: 'throttled',
    parked: 'throttled',
    unavailable: 'unavailable',
    unknown: 'unknown',
    misconfigured: 'misconfigured',
    rejected: 'rejected',
    opted_out: 'rejected',
    window_closed: 'rejected',
  };
  const codes: readonly (readonly [code: number, rule: WhatsAppRule])[] = [
    ...Object.entries(whatsAppErrors).map(([code, rule]) => [Number(code), rule] as const),
    ...whatsAppErrorRanges.flatMap(({ first, last, rule }) =>
      Array.from({ length: last - first + 1 }, (_, at) => [first + at, rule] as const),
    ),
  ];

  it('makes of every code of the table what the table says, over the wire', async () => {
    await start();
    const made: unknown[] = [];
    for (const [code] of codes) {
      cause({ kind: 'status', status: statusOf(code), error: String(code) });
      const outcome = await send();
      made.push([code, outcome.kind, reasonOf(outcome).includes(String(code))]);
    }
    expect(made).toEqual(codes.map(([code, rule]) => [code, KIND[rule], true]));
    expect(made.length).toBeGreaterThan(100);
    expect(fake.mails()).toEqual([]);
  });

  it('suppresses who has opted out', async () => {
    await start();
    fake.setFaults([{ effect: { kind: 'rejectRecipients', error: '131050' } }]);
    expect(await send()).toMatchObject({
      kind: 'rejected',
      hardBounce: true,
      reason: expect.stringMatching(/^opted_out: 131050 /),
    });
  });

  describe('with wrong credentials', () => {
    it('says so, without sending', async () => {
      await start({}, { token: 'EAAnotTheToken' });
      expect(await send()).toMatchObject({ kind: 'misconfigured', reason: expect.stringMatching(/^190 /) });
      expect(await provider.check()).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/^HTTP 401: 190 /),
      });
      expect(await provider.quota()).toEqual({});
    });

    it('says that the number is not ours', async () => {
      await start({}, { phoneNumberId: '999' });
      expect(await send()).toMatchObject({
        kind: 'misconfigured',
        reason: expect.stringMatching(/^100 .*'999' does not exist/),
      });
      expect(await provider.check()).toMatchObject({ ok: false, detail: expect.stringContaining('999') });
    });
  });

  it('never repeats the token, though WhatsApp may quote it', async () => {
    await start();
    cause({ kind: 'status', status: 401, message: `Malformed access token ${token}\r\nBearer ${token}` });
    expect(reasonOf(await send())).toBe('190 Malformed access token *** Bearer ***');
  });

  it('keeps a long refusal short', async () => {
    await start();
    cause({ kind: 'status', status: 400, message: 'x'.repeat(10_000) });
    expect(reasonOf(await send()).length).toBeLessThan(310);
  });

  it('names the number that it sends from, and its rate', async () => {
    await start();
    expect(await provider.check()).toEqual({
      ok: true,
      detail: `Sends as Example Shop (${WHATSAPP_NUMBER}), quality GREEN.`,
    });
    expect(await provider.quota()).toEqual({ perSecond: 80 });
  });

  it('cannot check what does not answer', async () => {
    await start();
    await fake.close();
    expect(await provider.check()).toEqual({ ok: false, detail: 'ECONNREFUSED' });
    expect(await provider.quota()).toEqual({});
  });

  it('has nothing to do for no message', async () => {
    await start();
    expect(await provider.send({ key: 'call_1', messages: [], timeoutMs: 5_000 })).toEqual([]);
    expect(fake.stats().requests).toBe(0);
  });
});
