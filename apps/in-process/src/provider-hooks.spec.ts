import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FakeTwilio } from '#test/fakes/twilio/fake-twilio.js';
import { startFakeTwilio, TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { signedForm, statusParameters } from '#test/fakes/twilio/twilio-signing.js';
import { verifyQuery } from '#test/fakes/whatsapp/whatsapp-callbacks.js';
import { WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import { until } from '#test/support/until.js';
import { CommunicationFacade } from './communication-facade.js';
import { CommunicationModule } from './communication.module.js';
import { ProviderHooks } from './provider-hooks.js';

const PUBLIC_URL = 'https://app.acme.example/posthorn';
const FROM = '+15005550006';
const DATA = {
  code: '482913',
  validFor: '10 minutes',
  occurredAt: '2026-12-24T08:59:00Z',
  companyName: 'Acme',
};

/** Each opens a data folder with its threads, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

describe('what providers tell an application that Posthorn is in', () => {
  let folder: string;
  let twilio: FakeTwilio;
  let app: INestApplicationContext;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-hooks-'));
    twilio = await startFakeTwilio();
    const { sid: accountSid, token: authToken } = TWILIO_ACCOUNT;
    const { token, phoneNumberId, appSecret, verifyToken } = WHATSAPP_ACCOUNT;
    const options = {
      dataDir: folder,
      publicUrl: PUBLIC_URL,
      sms: { providers: ['twilio'], twilio: { accountSid, authToken, from: FROM, baseUrl: twilio.url } },
      whatsapp: { whatsapp: { token, phoneNumberId, appSecret, verifyToken } },
    } as const;
    @Module({ imports: [CommunicationModule.embedded(options)] })
    class HostModule {}
    app = await NestFactory.createApplicationContext(HostModule, { logger: false });
  });
  afterEach(async () => {
    await app.close();
    await twilio.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is believed if it is signed for the public address, and moves the notification', async () => {
    const { id } = await app.get(CommunicationFacade).notify('mfa_code', { phone: '+491701234567' }, DATA);
    const mail = await until(() => twilio.mails()[0]);
    const url = `${PUBLIC_URL}/hooks/twilio`;
    const told = { sid: mail.messageId, from: FROM, to: '+491701234567' };
    const parameters = statusParameters(TWILIO_ACCOUNT, told, 'delivered', { now: Date.now() });
    const { headers, body } = signedForm(TWILIO_ACCOUNT.token, url, parameters);
    const take = (change: object = {}) =>
      app.get(ProviderHooks).take('twilio', {
        method: 'POST',
        // What stands before the query is what the application's own proxies have made of it.
        url: '/internal/hooks/twilio',
        headers,
        body: Buffer.from(body),
        ...change,
      });
    expect(await take({ body: Buffer.from(`${String(body)}&x=1`) })).toEqual({
      status: 403,
      body: 'signature_invalid',
    });
    // The message may not be on record yet with the id that Twilio has for it.
    await until(async () =>
      (await app.get(CommunicationFacade).find(id)).status === 'sent' ? true : undefined,
    );
    expect(await take()).toEqual({ status: 200, body: '' });
    await until(async () => {
      const { status } = await app.get(CommunicationFacade).find(id);
      return status === 'delivered' ? true : undefined;
    });
  });

  it('is answered, refused or unknown like at our own door', async () => {
    const hooks = app.get(ProviderHooks);
    const asked = { method: 'GET', headers: {}, body: new Uint8Array() } as const;
    const url = `/hooks/whatsapp${verifyQuery({ 'hub.challenge': '42' })}`;
    expect(await hooks.take('whatsapp', { ...asked, url })).toEqual({ status: 200, body: '42' });
    const wrong = `/hooks/whatsapp${verifyQuery({ 'hub.verify_token': 'guessed' })}`;
    expect((await hooks.take('whatsapp', { ...asked, url: wrong })).status).toBe(403);
    expect(await hooks.take('resend', { ...asked, url: '/hooks/resend' })).toEqual({
      status: 404,
      body: 'not_found',
    });
  });
});
