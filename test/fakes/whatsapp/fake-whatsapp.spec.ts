import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '../kit/clock.js';
import {
  startFakeWhatsApp,
  WHATSAPP_ACCOUNT,
  WHATSAPP_NUMBER,
  type FakeWhatsApp,
  type FakeWhatsAppOptions,
} from './fake-whatsapp.js';

const ANN = '+15551234567';
const { token, phoneNumberId } = WHATSAPP_ACCOUNT;
const BODY = {
  messaging_product: 'whatsapp',
  recipient_type: 'individual',
  to: ANN,
  type: 'template',
  template: {
    name: 'code',
    language: { code: 'en_US' },
    components: [{ type: 'body', parameters: [{ type: 'text', text: '482913' }] }],
  },
  biz_opaque_callback_data: 'dlv_1',
};
const TEXT = { ...BODY, type: 'text', template: undefined, text: { preview_url: false, body: 'Hello' } };

describe('the fake WhatsApp', () => {
  let clock: DrivenClock;
  let fake: FakeWhatsApp;

  async function restart(options: FakeWhatsAppOptions = {}): Promise<void> {
    await fake?.close();
    const templates = { code: { languages: ['en_US'], parameters: 1 } };
    fake = await startFakeWhatsApp({ clock, templates, ...options });
  }

  beforeEach(() => {
    clock = new DrivenClock();
    return restart();
  });

  afterEach(() => fake.close());

  async function ask(method: string, path: string, body?: unknown, bearer: string | undefined = token) {
    const response = await fetch(fake.url + path, {
      method,
      headers: bearer === '' ? {} : { authorization: `Bearer ${bearer}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const post = (body: unknown, bearer?: string) =>
    ask('POST', `/v23.0/${phoneNumberId}/messages`, body, bearer);
  const parameter = (text: string) => ({
    ...BODY,
    template: { ...BODY.template, components: [{ type: 'body', parameters: [{ type: 'text', text }] }] },
  });

  it('takes a template, and keeps what it was told', async () => {
    const { status, body } = await post(BODY);
    const [mail] = fake.mails();
    expect([status, body]).toEqual([
      200,
      {
        messaging_product: 'whatsapp',
        contacts: [{ input: ANN, wa_id: '15551234567' }],
        messages: [{ id: mail?.messageId, message_status: 'accepted' }],
      },
    ]);
    expect(mail).toMatchObject({
      from: WHATSAPP_NUMBER,
      to: [ANN],
      subject: '',
      text: '482913',
      deliveryId: 'dlv_1',
      tags: { type: 'template', template: 'code', language: 'en_US', parameters: '["482913"]' },
    });
    expect(mail?.messageId).toMatch(/^wamid\.[A-Za-z0-9+/]+=*$/);
    expect(fake.journal().filter(({ kind }) => kind === 'accepted')).toMatchObject([
      { to: ANN, deliveryId: 'dlv_1', messageId: mail?.messageId },
    ]);
  });

  it('takes free text for 24 hours after the person has written', async () => {
    const closed = await post(TEXT);
    expect([closed.status, closed.body['error']]).toMatchObject([400, { code: 131047 }]);
    fake.openWindow(ANN);
    clock.advance(24 * 60 * 60 * 1000 - 1);
    expect((await post({ ...TEXT, to: '1 (555) 123-4567' })).status).toBe(200);
    clock.advance(1);
    expect((await post(TEXT)).body['error']).toMatchObject({ code: 131047 });
    expect(fake.mails()).toMatchObject([{ text: 'Hello', to: [ANN], tags: { type: 'text' } }]);
  });

  it('refuses in the shape of the Graph API', async () => {
    const { status, body } = await post({ ...BODY, template: { ...BODY.template, name: 'kode' } });
    expect([status, body]).toEqual([
      404,
      {
        error: {
          message: '(#132001) Template name does not exist in the translation',
          type: 'OAuthException',
          code: 132001,
          error_data: {
            messaging_product: 'whatsapp',
            details: 'template name (kode) does not exist in en_US',
          },
          error_subcode: 2494010,
          fbtrace_id: expect.stringMatching(/^A[\w-]{22}$/),
        },
      },
    ]);
    expect(fake.mails()).toEqual([]);
  });

  it.each<readonly [what: string, body: unknown, code: number]>([
    ['no product', { ...BODY, messaging_product: undefined }, 100],
    ['nobody to send to', { ...BODY, to: undefined }, 100],
    ['no number', { ...BODY, to: 'ann' }, 131009],
    ['itself', { ...BODY, to: WHATSAPP_NUMBER }, 131021],
    ['a kind it does not know', { ...BODY, type: 'fax' }, 131051],
    ['too much callback data', { ...BODY, biz_opaque_callback_data: 'x'.repeat(513) }, 100],
    ['an empty text', { ...TEXT, text: { body: '' } }, 100],
    ['a long text', { ...TEXT, text: { body: 'x'.repeat(4097) } }, 100],
    [
      'a template in another language',
      { ...BODY, template: { ...BODY.template, language: { code: 'de' } } },
      132001,
    ],
    [
      'a template named as what objects have',
      { ...BODY, template: { ...BODY.template, name: 'toString' } },
      132001,
    ],
    ['too few variables', { ...BODY, template: { ...BODY.template, components: [] } }, 132000],
    ['an empty variable', parameter(''), 131008],
    ['a variable of two lines', parameter('a\nb'), 132018],
    ['no object', [BODY], 100],
  ])('refuses %s', async (_, body, code) => {
    fake.openWindow(ANN);
    expect((await post(body)).body['error']).toMatchObject({ code });
    expect(fake.mails()).toEqual([]);
  });

  it('wants a token, the right one, and a number that is there', async () => {
    expect(await post(BODY, '')).toMatchObject({ status: 401, body: { error: { code: 104 } } });
    expect(await post(BODY, 'EAAother')).toMatchObject({ status: 401, body: { error: { code: 190 } } });
    expect(await ask('POST', '/v23.0/999/messages', BODY)).toMatchObject({
      status: 400,
      body: { error: { code: 100, error_subcode: 33, type: 'GraphMethodException' } },
    });
  });

  it('tells about its number', async () => {
    expect(await ask('GET', `/v23.0/${phoneNumberId}?fields=verified_name`)).toMatchObject({
      status: 200,
      body: { id: phoneNumberId, display_phone_number: WHATSAPP_NUMBER, quality_rating: 'GREEN' },
    });
    expect((await ask('GET', '/v23.0/999')).status).toBe(400);
    expect((await ask('GET', `/v23.0/${phoneNumberId}`, undefined, 'EAAother')).status).toBe(401);
  });

  it('has a rate', async () => {
    await restart({ messagesPerSecond: 1 });
    expect((await post(BODY)).status).toBe(200);
    expect(await post(BODY)).toMatchObject({ status: 429, body: { error: { code: 130429 } } });
    clock.advance(1000);
    expect((await post(BODY)).status).toBe(200);
  });

  it('fails by script, in WhatsApp’s words', async () => {
    fake.setFaults([
      { match: { calls: [1, 1] }, effect: { kind: 'status', status: 400, error: '131056' } },
      { match: { calls: [2, 2] }, effect: { kind: 'status', status: 503 } },
      { match: { calls: [3, 3] }, effect: { kind: 'quota' } },
      { match: { recipient: '^\\+1555' }, effect: { kind: 'rejectRecipients' } },
    ]);
    const codes = [];
    for (let call = 1; call <= 4; call++) {
      const { status, body } = await post(BODY);
      codes.push([status, (body['error'] as { code: number }).code]);
    }
    expect(codes).toEqual([
      [400, 131056],
      [503, 2],
      [429, 80007],
      [400, 131026],
    ]);
    expect(fake.stats()).toMatchObject({ requests: 4, accepted: 0, rejected: 1 });
  });

  it('counts without looking, for benches', async () => {
    await restart({ journal: 'count' });
    expect((await post(BODY)).status).toBe(200);
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 1 });
    expect(fake.mails()).toEqual([]);
  });
});
