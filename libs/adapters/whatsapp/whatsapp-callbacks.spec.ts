import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  describeProviderCallbacksContract,
  RECEIVED_AT,
} from '#ports/delivery/provider-callbacks.contract.js';
import type { CallbackReading, RawCallback } from '#ports/delivery/provider-callbacks.js';
import { WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import { signed, statusCallback, verifyQuery } from '#test/fakes/whatsapp/whatsapp-callbacks.js';
import { WhatsAppCallbacks } from './whatsapp-callbacks.js';

const URL_TOLD = 'https://posthorn.example.com/hooks/whatsapp';
const callbacks = new WhatsAppCallbacks(WHATSAPP_ACCOUNT);
const refused: CallbackReading = { kind: 'refused', code: 'signature_invalid' };

const post = (body: Uint8Array, headers: RawCallback['headers']) =>
  callbacks.read({ method: 'POST', url: URL_TOLD, headers, body, receivedAt: RECEIVED_AT });
const get = (url: string) =>
  callbacks.read({ method: 'GET', url, headers: {}, body: new Uint8Array(), receivedAt: RECEIVED_AT });

const delivered = () =>
  statusCallback([{ id: 'wamid.HBgL+/==', status: 'delivered', to: '+15551234567', at: RECEIVED_AT }]);

describeProviderCallbacksContract('WhatsAppCallbacks', { signatureHeaders: ['x-hub-signature-256'] }, () => ({
  callbacks,
  call({ payload, byStranger = false } = {}) {
    const body = payload === undefined ? delivered().body : Buffer.from(payload);
    const secret = byStranger ? 'somebody-elses-secret' : WHATSAPP_ACCOUNT.appSecret;
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
    return { method: 'POST', url: URL_TOLD, headers, body, receivedAt: RECEIVED_AT };
  },
}));

describe('WhatsApp’s handshake', () => {
  it.each(['1158201444', 'a', 'A_b-9', 'x'.repeat(256)])('echoes the challenge %j', async (challenge) => {
    const answer = { kind: 'answer', body: challenge };
    expect(await get(URL_TOLD + verifyQuery({ 'hub.challenge': challenge }))).toEqual(answer);
    expect(await get(`/hooks/whatsapp${verifyQuery({ 'hub.challenge': challenge })}`)).toEqual(answer);
  });

  it.each<readonly [what: string, query: string]>([
    ['another token', verifyQuery({ 'hub.verify_token': 'guessed' })],
    ['no token', verifyQuery({ 'hub.verify_token': '' })],
    ['a part of the token', verifyQuery({ 'hub.verify_token': WHATSAPP_ACCOUNT.verifyToken.slice(0, -1) })],
    ['the token and more', verifyQuery({ 'hub.verify_token': `${WHATSAPP_ACCOUNT.verifyToken} ` })],
    ['another mode', verifyQuery({ 'hub.mode': 'unsubscribe' })],
    ['no challenge', verifyQuery({ 'hub.challenge': '' })],
    ['markup for a challenge', verifyQuery({ 'hub.challenge': '<script>alert(1)</script>' })],
    ['a line break in the challenge', verifyQuery({ 'hub.challenge': '1158201444\n' })],
    ['an endless challenge', verifyQuery({ 'hub.challenge': 'x'.repeat(257) })],
    ['nothing', ''],
    ['a broken query', '?hub.mode=%E0%A4%A&hub.challenge=%'],
  ])('refuses %s', async (_, query) => {
    expect(await get(URL_TOLD + query)).toEqual(refused);
  });

  it.each(['http://[', '//', 'http://:99999/?hub.mode=subscribe', '\u0000'])(
    'refuses the address %j',
    async (url) => {
      expect(await get(url)).toEqual(refused);
    },
  );
});

describe('WhatsApp’s signature', () => {
  it('is HMAC-SHA256 over the bytes, in hexadecimal', async () => {
    const body = Buffer.from('{"entry":[]}');
    const hex = createHmac('sha256', 'fake-whatsapp-app-secret').update('{"entry":[]}').digest('hex');
    const told = { kind: 'told', events: [], inbound: [] };
    expect(await post(body, { 'x-hub-signature-256': `sha256=${hex}` })).toEqual(told);
    expect(await post(body, { 'x-hub-signature-256': `sha256=${hex.toUpperCase()}` })).toEqual(told);
  });

  it('is believed', async () => {
    const { body, headers } = delivered();
    expect(await post(body, headers)).toMatchObject({ kind: 'told', events: [{ kind: 'delivered' }] });
  });

  it('holds for a body that lies in the middle of a larger buffer', async () => {
    const { body, headers } = delivered();
    const larger = Buffer.concat([Buffer.from('before'), body, Buffer.from('after')]);
    const lying = new Uint8Array(larger.buffer, larger.byteOffset + 6, body.length);
    expect(await post(lying, headers)).toMatchObject({ kind: 'told', events: [{ kind: 'delivered' }] });
  });

  it('tells the same when the same call is sent again', async () => {
    const { body, headers } = delivered();
    expect(await post(body, headers)).toEqual(await post(body, headers));
  });

  it('fails for any flipped bit of the body', async () => {
    const { body, headers } = delivered();
    for (let bit = 0; bit < body.length * 8; bit++) {
      const flipped = Buffer.from(body);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await post(flipped, headers)).toEqual(refused);
    }
  });

  it('fails for any flipped bit of itself', async () => {
    const { body, headers } = delivered();
    const signature = headers['x-hub-signature-256'] ?? '';
    const bytes = Buffer.from(signature.slice('sha256='.length), 'hex');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await post(body, { 'x-hub-signature-256': `sha256=${flipped.toString('hex')}` })).toEqual(
        refused,
      );
    }
  });

  it('fails for a body that was cut or added to', async () => {
    const { body, headers } = delivered();
    for (const length of [0, 1, body.length - 1])
      expect(await post(body.subarray(0, length), headers)).toEqual(refused);
    expect(await post(Buffer.concat([body, Buffer.from('\n')]), headers)).toEqual(refused);
  });

  it('fails for another secret, a secret’s beginning, and none', async () => {
    for (const secret of [
      'other',
      WHATSAPP_ACCOUNT.appSecret.slice(0, -1),
      WHATSAPP_ACCOUNT.verifyToken,
      '',
    ]) {
      const { body, headers } = signed({ entry: [] }, secret);
      expect(await post(body, headers)).toEqual(refused);
    }
  });

  const hex = 'ab'.repeat(32);
  it.each<readonly [what: string, value: string | undefined]>([
    ['is not there', undefined],
    ['is empty', ''],
    ['has no digits', 'sha256='],
    ['has one digit too few', `sha256=${hex.slice(1)}`],
    ['has one digit too many', `sha256=${hex}a`],
    ['has letters that are no digits', `sha256=${'zz'.repeat(32)}`],
    ['is of another kind', `sha1=${hex.slice(0, 40)}`],
    ['has no kind', hex],
    ['comes twice', `sha256=${hex}, sha256=${hex}`],
    ['is endless', `sha256=${'ab'.repeat(100_000)}`],
  ])('fails where it %s', async (_, value) => {
    expect(await post(delivered().body, { 'x-hub-signature-256': value })).toEqual(refused);
  });

  it('cannot be made with an empty key, which is never taken', () => {
    expect(() => new WhatsAppCallbacks({ ...WHATSAPP_ACCOUNT, appSecret: '' })).toThrow('must not be empty');
    expect(() => new WhatsAppCallbacks({ ...WHATSAPP_ACCOUNT, verifyToken: '' })).toThrow(
      'must not be empty',
    );
  });
});

describe('a signed call that is not what WhatsApp documents', () => {
  const read = async (payload: unknown): Promise<CallbackReading> => {
    const { body, headers } = signed(payload);
    return post(body, headers);
  };
  const DEEP = 100_000;

  it.each<readonly [what: string, bytes: Buffer]>([
    ['no bytes', Buffer.alloc(0)],
    ['half of a body', Buffer.from('{"entry":[{"cha')],
    ['no JSON', Buffer.from('hub.mode=subscribe')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['a number', Buffer.from('7')],
    ['null', Buffer.from('null')],
    ['a list', Buffer.from('[[]]')],
    ['no entries', Buffer.from('{"object":"whatsapp_business_account"}')],
    ['entries that are no list', Buffer.from('{"entry":{"0":{}}}')],
    ['lists in lists', Buffer.from('['.repeat(DEEP) + ']'.repeat(DEEP))],
    ['a prototype', Buffer.from('{"__proto__":{"entry":[]}}')],
  ])('is malformed: %s', async (_, bytes) => {
    expect(await read(bytes)).toEqual({ kind: 'malformed', reason: 'not JSON with a list of entries' });
  });

  it('tells nothing, however deep it is', async () => {
    const deep = `{"entry":[{"changes":[{"value":{"statuses":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}}]}]}`;
    expect(await read(Buffer.from(deep))).toEqual({ kind: 'told', events: [], inbound: [] });
    const nested = `{"entry":${'[{"changes":'.repeat(DEEP)}0${'}]'.repeat(DEEP)}}`;
    expect(await read(Buffer.from(nested))).toEqual({ kind: 'told', events: [], inbound: [] });
  });
});
