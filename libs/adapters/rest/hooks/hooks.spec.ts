import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '#domain/kernel/refusal.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import { acme, aDispatch, START } from '#ports/delivery/testing/delivery-stores.js';
import { everySuppression } from '#ports/delivery/testing/reporting.js';
import { accepted, countsOf, deliverAll, statusesOf } from '#ports/delivery/testing/worker.js';
import { SesCallbacks } from '#adapters/ses/ses-callbacks.js';
import { resendEvent, signedByResend } from '#test/fakes/resend/resend-callbacks.js';
import { sesEvent, signedBySns, SNS_TOPIC } from '#test/fakes/ses/ses-callbacks.js';
import { TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { inboundParameters, signedForm } from '#test/fakes/twilio/twilio-signing.js';
import { WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import { inboundCallback, signed, verifyQuery } from '#test/fakes/whatsapp/whatsapp-callbacks.js';
import {
  type Answered,
  type Call,
  type HooksServer,
  PUBLIC_URL,
  startHooksServer,
} from './testing/hooks-server.js';
import { certificates, readers, type Vendor, vendors } from './testing/vendor-calls.js';

const DAY = 24 * 3_600_000;
const byName = vendors.map((vendor) => [vendor.name, vendor] as const);

describe('What providers call back', () => {
  let server: HooksServer;
  let dispatch: Dispatch;
  beforeEach(async () => {
    server = await startHooksServer({ readers });
    dispatch = await aDispatch().openedIn(server.stores);
    await deliverAll(server.stores, dispatch, 2, accepted);
  });
  afterEach(() => server.close());

  const told = (vendor: Vendor, event: string, { ordinal = 0, at = START } = {}): Call =>
    vendor.call({ deliveryId: deliveryId(dispatch.id, ordinal), event, at });
  const statusOf = async (ordinal: number) => (await statusesOf(server.stores, dispatch, [ordinal]))[0];
  const eventsOf = (ordinal = 0) => server.stores.reports.eventsOf(acme, deliveryId(dispatch.id, ordinal));
  const expectProblem = (answer: Answered, status: number, code: string): void => {
    expect(answer).toMatchObject({ status, json: { status, code } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
  };

  describe.each(byName)('of %s', (_, vendor) => {
    const last = vendor.words.at(-1)!;

    it.each(vendor.words)('moves the message: %s means %s', async (event, status) => {
      const answer = await server.ask(told(vendor, event));
      expect(answer).toMatchObject({ status: 200, json: {} });
      expect(answer.text).toBe('{}');
      expect(await statusOf(0)).toBe(status);
      expect(await statusOf(1)).toBe('accepted');
    });

    it('is not believed with one bit flipped, anywhere in it', async () => {
      const call = told(vendor, last[0]);
      const bytes = Buffer.from(call.body ?? '');
      for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
        const body = Buffer.from(bytes);
        body[at] = (body[at] ?? 0) ^ (1 << (at % 8));
        const answer = await server.ask({ ...call, body });
        // What of an envelope of SNS is not signed may change: it is not what is believed.
        if (answer.status === 200 && vendor.name === 'ses') expect(await statusOf(0)).toBe(last[1]);
        else expectProblem(answer, 403, 'signature_invalid');
        if (vendor.name !== 'ses') expect(await eventsOf()).toEqual([]);
      }
    });

    it('is not believed without its signature, or from another path', async () => {
      const call = told(vendor, last[0]);
      const { 'content-type': contentType = '' } = call.headers ?? {};
      if (vendor.name !== 'ses')
        expectProblem(
          await server.ask({ ...call, headers: { 'content-type': contentType } }),
          403,
          'signature_invalid',
        );
      for (const { name } of vendors.filter((other) => other !== vendor))
        expectProblem(await server.ask({ ...call, path: `/hooks/${name}` }), 403, 'signature_invalid');
      expect(await eventsOf()).toEqual([]);
    });

    if (vendor.dated)
      it('is not believed two days late, or a day early', async () => {
        for (const at of [START - 2 * DAY, START + DAY])
          expectProblem(await server.ask(told(vendor, last[0], { at })), 403, 'signature_stale');
        expect(await eventsOf()).toEqual([]);
      });

    it('counts once when it is sent ten times', async () => {
      const call = told(vendor, last[0]);
      for (let i = 0; i < 10; i++) expect((await server.ask(call)).status).toBe(200);
      expect(await eventsOf()).toHaveLength(1);
      expect(await countsOf(server.stores, dispatch)).toEqual(
        last[1] === 'accepted' ? { accepted: 2 } : { accepted: 1, [last[1]]: 1 },
      );
    });

    it('ends in the same state in any order', async () => {
      const events = vendor.words.map(([event]) => event);
      for (const event of events) await server.ask(told(vendor, event, { ordinal: 0 }));
      for (const event of [...events, ...events].reverse())
        await server.ask(told(vendor, event, { ordinal: 1 }));
      expect([await statusOf(0), await statusOf(1)]).toEqual([last[1], last[1]]);
      expect(await eventsOf(1)).toHaveLength(events.length);
    });
  });

  it('suppresses who complained', async () => {
    await server.ask(told(vendors[0]!, 'email.complained'));
    expect(await everySuppression(server.stores)).toMatchObject([
      { address: 'r0@example.com', scope: 'all', reason: 'complaint' },
    ]);
  });

  it('is answered when it is about a message of somebody else’s, and changes nothing', async () => {
    const body = JSON.stringify(resendEvent('email.complained', { at: START, deliveryId: 'dlv_nobody' }));
    const answer = await server.ask({ path: '/hooks/resend', ...signedByResend(body, { at: START }) });
    expect(answer.status).toBe(200);
    expect(await everySuppression(server.stores)).toEqual([]);
  });

  it('is malformed when it is signed and cannot be read', async () => {
    const answer = await server.ask({ path: '/hooks/whatsapp', ...signed({ hello: 'world' }) });
    expectProblem(answer, 400, 'invalid_callback');
  });

  it('may be of any content type, or say none', async () => {
    const call = told(vendors[0]!, 'email.delivered');
    const { 'content-type': _, ...untyped } = { 'content-type': '', ...call.headers };
    for (const type of ['text/plain; charset=UTF-8', 'application/xml', 'application/x-www-form-urlencoded'])
      expect((await server.ask({ ...call, headers: { ...untyped, 'content-type': type } })).status).toBe(200);
    expect((await server.ask({ ...call, headers: untyped })).status).toBe(200);
    expect(await eventsOf()).toHaveLength(1);
  });

  it.each(['acme', 'smtp', 'capture', '__proto__', 'constructor', 'RESEND', '%00'])(
    'is taken from no provider %s',
    async (name) => {
      for (const method of ['GET', 'POST'])
        expectProblem(await server.ask({ method, path: `/hooks/${name}` }), 404, 'not_found');
    },
  );

  it('is taken from no provider whose secrets are not configured', async () => {
    const other = await startHooksServer({ readers: new Map() });
    try {
      const call = told(vendors[0]!, 'email.delivered');
      expectProblem(await other.ask(call), 404, 'not_found');
    } finally {
      await other.close();
    }
  });

  it('may not be larger than 1 MB', async () => {
    const body = Buffer.alloc(1_048_577, 'a');
    const answer = await server.ask({
      path: '/hooks/resend',
      headers: { 'content-length': '1048577' },
      body,
    });
    expectProblem(answer, 413, 'body_too_large');
  });

  it('is slowed down when one address calls without end', async () => {
    const other = await startHooksServer({ readers, perAddress: { perSecond: 1, burst: 3 } });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await other.ask({ path: '/hooks/resend' })).status);
      expect(statuses).toEqual([403, 403, 403, 429]);
      await other.clock.advance(1000);
      expect((await other.ask({ path: '/hooks/resend' })).status).toBe(403);
    } finally {
      await other.close();
    }
  });

  it('is seen by an operator when it is refused, once a minute, whoever guesses', async () => {
    const refusals = () => server.log.entries.filter(({ event }) => event === 'callback.refused');
    for (let i = 0; i < 10; i++) await server.ask({ path: '/hooks/resend', body: 'guess' });
    await server.ask({ path: '/hooks/whatsapp', body: 'guess' });
    const code = 'signature_invalid';
    expect(refusals().map(({ fields }) => fields)).toEqual([
      { provider: 'resend', code },
      { provider: 'whatsapp', code },
    ]);
    await server.clock.advance(60_000);
    await server.ask({ path: '/hooks/resend', body: 'guess' });
    expect(refusals()).toHaveLength(3);
  });

  it('is not lost when the storage is in trouble: the provider is told to come again', async () => {
    const call = told(vendors[0]!, 'email.bounced');
    server.trouble.storage = new Refusal('storage_full', 'The disk is full.');
    const refused = await server.ask(call);
    expectProblem(refused, 503, 'storage_full');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    server.trouble.storage = undefined;
    expect((await server.ask(call)).status).toBe(200);
    expect(await statusOf(0)).toBe('bounced');
  });

  it('is not lost when nobody can say who has signed it: the provider is told to come again', async () => {
    const fresh = new SesCallbacks({ topicArns: [SNS_TOPIC] }, certificates);
    const other = await startHooksServer({
      readers: new Map([['ses', { channel: 'email', callbacks: fresh }]]),
    });
    const call = {
      path: '/hooks/ses',
      ...signedBySns(JSON.stringify(sesEvent('Bounce', { at: START })), { at: START }),
    };
    try {
      certificates.trouble = new Error('ETIMEDOUT');
      const answer = await other.ask(call);
      expectProblem(answer, 503, 'callback_not_verifiable');
      expect(answer.headers['retry-after']).toBe('20');
      certificates.trouble = undefined;
      expect((await other.ask(call)).status).toBe(200);
    } finally {
      certificates.trouble = undefined;
      await other.close();
    }
  });

  describe('when somebody writes to us', () => {
    const from = '+15551234567';
    const textFrom = (body: string): Call => {
      const url = `${PUBLIC_URL}/hooks/twilio`;
      const parameters = inboundParameters(TWILIO_ACCOUNT, { from, to: '+15005550006', body, url });
      return { path: '/hooks/twilio', ...signedForm(TWILIO_ACCOUNT.token, url, parameters), method: 'POST' };
    };

    it('is passed on, by SMS and by WhatsApp', async () => {
      expect((await server.ask(textFrom('Hello'))).status).toBe(200);
      const whatsapp = inboundCallback({ from, text: 'Hello', at: START });
      expect((await server.ask({ path: '/hooks/whatsapp', ...whatsapp })).status).toBe(200);
      expect(server.inbound).toEqual([
        { channel: 'sms', from, at: START },
        { channel: 'whatsapp', from, at: START },
      ]);
    });

    it('is an error until it was passed on', async () => {
      const call = textFrom('Hello');
      server.trouble.inbound = new Refusal('storage_unavailable', 'The storage cannot be reached.');
      expectProblem(await server.ask(call), 503, 'storage_unavailable');
      server.trouble.inbound = undefined;
      expect((await server.ask(call)).status).toBe(200);
      expect(server.inbound).toHaveLength(1);
    });

    it('and wants to be spared, is', async () => {
      expect((await server.ask(textFrom('STOP'))).status).toBe(200);
      expect(await everySuppression(server.stores)).toMatchObject([
        { address: from, scope: 'all', reason: 'opt_out' },
      ]);
      expect((await server.ask(textFrom('START'))).status).toBe(200);
    });
  });

  describe('WhatsApp’s handshake', () => {
    const shake = (over: Record<string, string> = {}) =>
      server.ask({ method: 'GET', path: `/hooks/whatsapp${verifyQuery(over)}` });

    it('is answered with the challenge, as text', async () => {
      const answer = await shake({ 'hub.challenge': '1158201444' });
      expect(answer).toMatchObject({ status: 200, text: '1158201444' });
      expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    });

    it('is refused with another token', async () => {
      const guessed = `${WHATSAPP_ACCOUNT.verifyToken}x`;
      expectProblem(await shake({ 'hub.verify_token': guessed }), 403, 'signature_invalid');
    });

    it('is nobody else’s', async () => {
      for (const { name } of vendors.filter((vendor) => vendor.name !== 'whatsapp'))
        expectProblem(await server.ask({ method: 'GET', path: `/hooks/${name}` }), 403, 'signature_invalid');
    });
  });
});
