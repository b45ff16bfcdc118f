import { beforeAll, describe, expect, it } from '@jest/globals';
import { channelRegistry } from '#adapters/channels/channel-registry.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { HandlebarsRenderer } from '#adapters/handlebars/handlebars-renderer.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import {
  describeShippedTypesContract,
  examplesOf,
  renderShipped,
  type ShippedTypesUnderTest,
} from '#ports/communication/shipped-types.contract.js';
import type { ShippedType } from '#ports/communication/shipped-types.js';
import type { PlainRendered } from '#ports/templating/renderer.js';
import { withWords } from './testing/hostile-data.js';
import { ShippedGallery } from './shipped-gallery.js';
import { ShippedNotificationTypes } from './shipped-notification-types.js';

function theTypes(): ShippedTypesUnderTest {
  const templates = new MemoryTemplates();
  return {
    shipped: new ShippedNotificationTypes(),
    channels: new RegisteredChannels(Object.values(channelRegistry).map(({ channel }) => channel)),
    inspector: new HandlebarsInspector(),
    renderer: new HandlebarsRenderer(templates),
    templates,
  };
}

describeShippedTypesContract('ShippedNotificationTypes', theTypes);

const SECURITY = ['verify_email', 'password_reset', 'mfa_code', 'account_locked', 'new_device_sign_in'];
const SERVICE = ['welcome', 'invitation', 'receipt', 'missed_messages_digest'];
/** One text message of the GSM alphabet has 160 characters; two are dear, three are a mistake. UTF-16 units. */
const TWO_TEXTS = 306;

describe('The shipped notification types', () => {
  let types: readonly ShippedType[];
  beforeAll(async () => {
    types = await theTypes().shipped.list();
  });

  /** What every type says on a channel, by type. */
  async function saidOn(
    name: string,
    dataOf: (type: ShippedType) => Record<string, unknown> = examplesOf,
  ): Promise<Record<string, PlainRendered>> {
    const its = theTypes();
    const channel = its.channels.find(name)!;
    const said: Record<string, PlainRendered> = {};
    for (const type of types) {
      const template = type.templates[name];
      if (template) said[type.type] = await renderShipped(its, { channel, template }, dataOf(type));
    }
    return said;
  }

  it('are about security, critical and mandatory, or neither', () => {
    const facts = types.map(({ type, category, lane, mandatory }) => [
      type,
      category === 'security',
      lane,
      mandatory,
    ]);
    expect(facts).toEqual([
      ...SECURITY.map((type) => [type, true, 'critical', true]),
      ...SERVICE.map((type) => [type, false, 'standard', false]),
    ]);
  });

  it('can all be sent by e-mail, with the mails of the gallery', async () => {
    const gallery = await new ShippedGallery().list();
    for (const { type, templates } of types) {
      const key = type.replaceAll('_', '-');
      const mail = gallery.find((one) => one.key === key);
      expect(templates['email']).toMatchObject({ origin: `gallery:${key}`, content: mail?.content });
    }
  });

  it('send a sign-in code by SMS, and by e-mail after half a minute', () => {
    const code = types.find(({ type }) => type === 'mfa_code');
    expect(code).toMatchObject({
      channels: ['sms', 'email'],
      fallback: { mode: 'fallback', timeoutMs: 30_000 },
      requiredData: ['code', 'validFor', 'occurredAt', 'companyName'],
    });
  });

  it('say a code first in a text, where telephones look for it', async () => {
    expect((await saidOn('sms'))['mfa_code']?.text).toBe(
      '407316 is your sign-in code for Fernweh Studio. It works for 10 minutes. Give it to nobody.',
    );
  });

  it('take one text message or two', async () => {
    const texts = Object.values(await saidOn('sms')).map(({ text = '' }) => text.length);
    expect(texts.length).toBe(4);
    for (const length of texts) expect(length).toBeLessThanOrEqual(TWO_TEXTS);
  });

  it('tell in a push message what happened, and leave out what a locked screen should not show', async () => {
    expect(await saidOn('push')).toMatchObject({
      new_device_sign_in: {
        subject: 'New sign-in to Fernweh Studio',
        text: 'Firefox on Windows, Leipzig, Germany. Was it not you? Sign that device out now.',
      },
      missed_messages_digest: {
        subject: 'Unread in Fernweh Studio: 9',
        text: 'From Ines Moreau, Night trains 2027, Studio, ground floor.',
      },
    });
  });

  it('lie in the inbox under a title', async () => {
    expect(await saidOn('inbox')).toMatchObject({
      new_device_sign_in: { subject: 'New sign-in to your account' },
      welcome: { subject: 'Welcome to Atlas' },
      receipt: {
        subject: 'Receipt no. 2026-0417',
        text: 'You paid Fernweh Studio €72.00 on March 12, 2026: https://example.com/receipts/2026-0417',
      },
    });
  });

  it.each(['sms', 'whatsapp', 'push', 'inbox'])(
    'print by %s what they are told as it is',
    async (channel) => {
      const words = `<b>Tom & "Ann"</b> {{code}}`;
      const said = await saidOn(
        channel,
        (type) => withWords(examplesOf(type), words) as Record<string, unknown>,
      );
      expect(Object.keys(said).length).toBeGreaterThan(0);
      for (const { html, text, subject } of Object.values(said)) {
        expect(html).toBeUndefined();
        expect(`${subject}${text}`).toContain(words);
      }
    },
  );
});
