import { describe, expect, it } from '@jest/globals';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { MemoryCapturedMails } from '#adapters/memory/delivery/memory-captured-mails.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { defaultBreakerRules } from '#domain/delivery/model/breaker.js';
import { createProviders, providerNames } from './create-providers.js';
import type { Settings } from '#adapters/email-providers/provider-module.js';

const settings: Readonly<Record<string, Settings>> = {
  ses: { region: 'eu-west-1', credentials: { accessKeyId: 'AKIA', secretAccessKey: 's3cret' } },
  resend: { apiKey: 's3cret' },
  sendgrid: { apiKey: 's3cret', baseUrl: 'https://api.eu.sendgrid.com' },
  smtp: { url: 'smtp://us:s3cret@127.0.0.1:2525' },
  capture: { keep: 10 },
};

describe('the configured e-mail providers', () => {
  const create = (order: readonly string[], change: Readonly<Record<string, Settings>> = {}) =>
    createProviders(
      'email',
      { order, settings: { ...settings, ...change } },
      { clock: new DrivenClock(), capturedMails: new MemoryCapturedMails(), inbox: new MemoryInbox() },
    );
  const close = (created: Awaited<ReturnType<typeof create>>) =>
    created.forEach(({ provider }) => provider.close());

  it('come in the order in which they are named', async () => {
    const order = ['sendgrid', 'capture', 'ses', 'smtp', 'resend'];
    const created = await create(order);
    expect(created.map(({ provider }) => provider.name)).toEqual(order);
    close(created);
  });

  it('are every provider there is, each under its own name', async () => {
    const created = await create(providerNames('email'));
    expect(created.map(({ provider }) => provider.name)).toEqual(providerNames('email'));
    close(created);
  });

  it('can be handed to another thread as they are configured, and so can what they can do', async () => {
    const created = await create(providerNames('email'));
    for (const { provider, settings: usage } of created) {
      const plain = { capabilities: provider.capabilities, usage };
      expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
    }
    close(created);
  });

  it('are used as their settings say, or as is usual', async () => {
    const usage = { ratePerSecond: 14, burst: 20, weight: 2, timeoutMs: 5_000, breaker: { probes: 1 } };
    const created = await create(['capture', 'resend'], { resend: { apiKey: 'k', ...usage } });
    expect(created.map(({ settings: one }) => one)).toEqual([
      { timeoutMs: 30_000, breaker: defaultBreakerRules },
      { ...usage, breaker: { ...defaultBreakerRules, probes: 1 } },
    ]);
    close(created);
  });

  it.each(['sess', 'toString', '__proto__', ''])(
    'do not include %j: the error lists those there are',
    async (name) => {
      await expect(create([name])).rejects.toThrow(
        `There is no provider ${JSON.stringify(name)} for email. There are: ses, resend, sendgrid, smtp, capture.`,
      );
    },
  );

  it('are at least one, and none is named twice', async () => {
    await expect(create([])).rejects.toThrow('No provider is configured for email.');
    await expect(create(['capture', 'capture'])).rejects.toThrow(
      'The provider capture is named twice for email.',
    );
  });

  it.each<[string, Settings, string]>([
    ['ses', {}, 'ses: region is missing'],
    [
      'ses',
      { region: 'x', credentials: { accessKeyId: 'a' } },
      'ses: credentials: secretAccessKey is missing',
    ],
    ['ses', { region: 'x', endpoint: 's3cret' }, 'ses: endpoint must be an http or https URL'],
    ['resend', { apiKey: '' }, 'resend: apiKey is missing'],
    [
      'resend',
      { apiKey: 's3cret', baseUrl: 'file:///etc/passwd' },
      'resend: baseUrl must be an http or https URL',
    ],
    ['sendgrid', { apiKey: { s3cret: true } }, 'sendgrid: apiKey must be a text'],
    [
      'sendgrid',
      { apiKey: 's3cret', maxInFlight: 0 },
      'sendgrid: maxInFlight must be a positive whole number',
    ],
    ['smtp', {}, 'smtp: url is missing'],
    ['smtp', { url: 'http://us:s3cret@example.com' }, 'smtp: the URL must begin with smtp:// or smtps://'],
    ['capture', { keep: -1 }, 'capture: keep must be a positive whole number'],
  ])('are refused with words for an operator: %s %j', async (name, wrong, message) => {
    const error = await create([name], { [name]: wrong }).then(String, (reason: Error) => reason.message);
    expect(error).toBe(message);
    expect(error).not.toContain('s3cret');
  });
});
