import { describe, expect, it } from '@jest/globals';
import { WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import {
  inboundCallback,
  statusCallback,
  type StatusTold,
  valuePayload,
  type WhatsAppCallback,
} from '#test/fakes/whatsapp/whatsapp-callbacks.js';
import { readWhatsAppNews } from './whatsapp-news.js';

const AT = Date.UTC(2026, 0, 5, 9);
const RECEIVED_AT = AT + 2_500;
const ANN = '+15551234567';

const parsed = ({ body }: WhatsAppCallback): unknown => JSON.parse(body.toString('utf8'));
const read = (payload: unknown, phoneNumberId?: string) => {
  const news = readWhatsAppNews(payload, RECEIVED_AT, phoneNumberId);
  expect(news).toBeDefined();
  return news!;
};
const told = (status: Partial<StatusTold>) =>
  read(
    parsed(
      statusCallback([{ id: 'wamid.1', status: 'sent', to: ANN, deliveryId: 'dlv_1', at: AT, ...status }]),
    ),
  );
const about = {
  provider: 'whatsapp',
  at: AT,
  deliveryId: 'dlv_1',
  providerMessageId: 'wamid.1',
  address: ANN,
};

describe('a status of a message', () => {
  it.each(['sent', 'delivered', 'read'])('says that it was %s', (status) => {
    expect(told({ status }).events).toEqual([{ ...about, key: `wamid.1:${status}`, kind: status }]);
  });

  it('says that it could not be delivered, perhaps for now only', () => {
    const reason = '131026 Message undeliverable: Unable to deliver message.';
    expect(told({ status: 'failed', errors: [131026] }).events).toEqual([
      { ...about, key: 'wamid.1:failed', kind: 'bounced', permanent: false, reason },
    ]);
  });

  it('says that the person has opted out, besides that it failed', () => {
    const reason = expect.stringMatching(/^131050 User has stopped/);
    expect(told({ status: 'failed', errors: [131050] }).events).toEqual([
      { ...about, key: 'wamid.1:failed', kind: 'failed', reason },
      { ...about, key: 'wamid.1:opted_out', kind: 'opted_out', reason },
    ]);
  });

  it('says that it failed, in WhatsApp’s words', () => {
    const reason = expect.stringMatching(/^131047 Re-engagement message: More than 24 hours/);
    expect(told({ status: 'failed', errors: [131047, 131026] }).events).toEqual([
      { ...about, key: 'wamid.1:failed', kind: 'failed', reason },
    ]);
  });

  it('says that it failed, and not why', () => {
    expect(told({ status: 'failed' }).events).toEqual([{ ...about, key: 'wamid.1:failed', kind: 'failed' }]);
  });

  it.each(['deleted', 'warning', 'played', '', 'constructor', '__proto__', 'SENT'])(
    'means nothing to us: %j',
    (status) => {
      expect(told({ status })).toEqual({ events: [], inbound: [] });
    },
  );

  it('belongs to nobody we know without our id, and is told by WhatsApp’s alone', () => {
    const { deliveryId: _, ...rest } = about;
    for (const deliveryId of ['', 'a b', 'x'.repeat(65), '<b>'])
      expect(told({ deliveryId }).events).toEqual([{ ...rest, key: 'wamid.1:sent', kind: 'sent' }]);
  });

  it.each(['', 'x'.repeat(201), 'a b', 'a\nb', 'é'])(
    'has no key, and is passed over, with the id %j',
    (id) => {
      expect(told({ id }).events).toEqual([]);
    },
  );

  it('comes together with others, and keeps their order', () => {
    const statuses = ['read', 'delivered', 'sent'].map((status) => ({
      id: 'wamid.1',
      status,
      to: ANN,
      at: AT,
    }));
    expect(read(parsed(statusCallback(statuses))).events.map(({ kind }) => kind)).toEqual([
      'read',
      'delivered',
      'sent',
    ]);
  });

  it('comes with 200,000 others', () => {
    const one = { id: 'wamid.1', status: 'sent', recipient_id: ANN.slice(1), timestamp: '1767603600' };
    expect(read(valuePayload({ statuses: Array(200_000).fill(one) })).events).toHaveLength(200_000);
  });
});

describe('the time of an event', () => {
  const at = (timestamp: unknown) =>
    read(valuePayload({ statuses: [{ id: 'wamid.1', status: 'sent', timestamp }] })).events[0]?.at;

  it('is in seconds, as text or as a number', () => {
    expect([at('1767603600'), at(1767603600)]).toEqual([1767603600_000, 1767603600_000]);
  });

  it.each([
    undefined,
    null,
    '',
    '0',
    '-1',
    '1e9',
    '17676036000000',
    1.5,
    NaN,
    Infinity,
    {},
    ['1767603600'],
    'now',
  ])('is when we were told, where it is %j', (timestamp) => {
    expect(at(timestamp)).toBe(RECEIVED_AT);
  });
});

describe('a message from a person', () => {
  const wrote = (text: string) => read(parsed(inboundCallback({ from: ANN, text, at: AT, id: 'wamid.in' })));
  const inbound = [{ channel: 'whatsapp', from: ANN, at: AT }];

  it('opens the 24 hours', () => {
    expect(wrote('Does it come in another colour?')).toEqual({ events: [], inbound });
  });

  it.each<readonly [text: string, kind: string]>([
    ['STOP', 'opted_out'],
    [' stop\n', 'opted_out'],
    ['Start', 'opted_in'],
  ])('may say %j', (text, kind) => {
    const event = { key: `wamid.in:${kind}`, provider: 'whatsapp', kind, at: AT, address: ANN };
    expect(wrote(text)).toEqual({ events: [event], inbound });
  });

  it.each(['STOP it', 'Do not stop', '', '__proto__', 'stop'.repeat(1000)])('is no wish: %j', (text) => {
    expect(wrote(text)).toEqual({ events: [], inbound });
  });

  it('may be a press on a template’s button', () => {
    const message = { from: ANN.slice(1), id: 'wamid.in', timestamp: '1767603600', type: 'button' };
    const button = { text: 'Stop', payload: 'Stop' };
    expect(read(valuePayload({ messages: [{ ...message, button }] })).events).toMatchObject([
      { kind: 'opted_out', address: ANN },
    ]);
  });

  it.each(['image', 'reaction', 'interactive', 'unsupported'])('may be of any kind: %s', (type) => {
    expect(read(valuePayload({ messages: [{ from: ANN.slice(1), type }] })).inbound).toHaveLength(1);
  });

  it('is none if WhatsApp itself has written it, or nobody', () => {
    const messages = [
      { from: ANN.slice(1), type: 'system' },
      { from: '', type: 'text' },
      { from: '0123', type: 'text' },
      { from: '1'.repeat(16), type: 'text' },
      { from: 15551234567, type: 'text' },
      { type: 'text', text: { body: 'STOP' } },
    ];
    expect(read(valuePayload({ messages }))).toEqual({ events: [], inbound: [] });
  });
});

describe('news of several numbers', () => {
  const ours = WHATSAPP_ACCOUNT.phoneNumberId;
  const payload = valuePayload({ messages: [{ from: ANN.slice(1), type: 'text' }] }, '999');

  it('is passed over where it is another’s: its 24 hours are not ours', () => {
    expect(read(payload, ours).inbound).toEqual([]);
    expect(read(payload, '999').inbound).toHaveLength(1);
    expect(read(payload).inbound).toHaveLength(1);
  });
});

describe('a payload of wrong types', () => {
  const evil = [
    null,
    0,
    '',
    'a b',
    true,
    [],
    [[]],
    {},
    { toString: 1, valueOf: 1 },
    { __proto__: null, constructor: { prototype: 1 } },
    JSON.parse('{"__proto__":{"id":"wamid.1","status":"sent"}}') as unknown,
  ];

  it('tells nothing, wherever the wrong type stands, and costs the good ones nothing', () => {
    const good = { id: 'wamid.9', status: 'sent' };
    for (const bad of evil) {
      const payloads = [
        { entry: [bad] },
        { entry: [{ changes: bad }] },
        { entry: [{ changes: [bad] }] },
        { entry: [{ changes: [{ value: bad }] }] },
        valuePayload({ statuses: bad, messages: bad }),
        valuePayload({ statuses: [bad], messages: [bad] }),
        valuePayload({ statuses: [{ id: bad, status: 'sent' }], messages: [{ from: bad, text: bad }] }),
        valuePayload({ statuses: [{ id: 'wamid.1', status: bad }] }),
        valuePayload({
          messages: [{ from: ANN.slice(1), type: 'system', text: { body: bad }, button: bad }],
        }),
      ];
      for (const payload of payloads) expect(read(payload)).toEqual({ events: [], inbound: [] });
      expect(read(valuePayload({ statuses: [bad, good] })).events).toHaveLength(1);
      const failed = {
        ...good,
        status: 'failed',
        recipient_id: bad,
        biz_opaque_callback_data: bad,
        errors: bad,
      };
      const errors = [{ code: bad, title: bad, message: bad, error_data: { details: bad } }];
      const statuses = [failed, { ...failed, errors: [bad] }, { ...failed, errors }];
      expect(read(valuePayload({ statuses })).events.map(({ kind }) => kind)).toEqual(
        Array(3).fill('failed'),
      );
    }
    expect(({} as Record<string, unknown>)['status']).toBeUndefined();
  });

  it('keeps a reason on one line and short', () => {
    const errors = [{ code: 131000, title: 'a\r\nb', error_data: { details: 'x'.repeat(10_000) } }];
    const [event] = read(valuePayload({ statuses: [{ id: 'wamid.1', status: 'failed', errors }] })).events;
    expect(event?.reason).toMatch(/^131000 a b: x+…$/);
    expect(event?.reason?.length).toBeLessThanOrEqual(500);
  });
});
