import { describe, expect, it } from '@jest/globals';
import { sesEvent, type SesEventOptions, type SesEventType } from '#test/fakes/ses/ses-callbacks.js';
import { sesEvents } from './ses-events.js';

const PUBLISHED_AT = Date.UTC(2026, 0, 5, 9);
const AT = PUBLISHED_AT - 60_000;

const readText = (message: string) => sesEvents(message, 'sns-1', PUBLISHED_AT);
const read = (type: SesEventType, options: Partial<SesEventOptions> = {}) =>
  readText(JSON.stringify(sesEvent(type, { at: AT, ...options })));

describe('what SES tells', () => {
  const rows: readonly (readonly [SesEventType, object])[] = [
    ['Send', { kind: 'sent', at: PUBLISHED_AT }],
    ['Delivery', { kind: 'delivered', reason: '250 2.6.0 Message received' }],
    [
      'DeliveryDelay',
      {
        kind: 'delayed',
        reason: 'TransientCommunicationFailure smtp; 421 4.4.1 Unable to connect to remote host',
      },
    ],
    [
      'Bounce',
      { kind: 'bounced', permanent: true, reason: 'Permanent General smtp; 550 5.1.1 user unknown' },
    ],
    ['Complaint', { kind: 'complained', reason: 'abuse' }],
    ['Reject', { kind: 'failed', reason: 'Bad content', at: PUBLISHED_AT }],
    ['Rendering Failure', { kind: 'failed', reason: "Attribute 'name' is not present.", at: PUBLISHED_AT }],
    ['Open', { kind: 'opened' }],
    ['Click', { kind: 'clicked' }],
  ];
  it.each(rows)('as an event: %s', (type, fields) => {
    const event = {
      key: 'sns-1:0',
      provider: 'ses',
      at: AT,
      deliveryId: 'dlv_000001',
      providerMessageId: '0102019b8d2a7c11-000000',
      address: 'reader1@example.com',
      ...fields,
    };
    expect(read(type)).toEqual({ kind: 'told', events: [event] });
  });

  it.each(rows)('as a notification, which knows no tags: %s', (type, fields) => {
    const event = {
      key: 'sns-1:0',
      provider: 'ses',
      at: AT,
      providerMessageId: '0102019b8d2a7c11-000000',
      address: 'reader1@example.com',
      ...fields,
    };
    expect(read(type, { shape: 'notification' })).toEqual({ kind: 'told', events: [event] });
  });

  it.each(['Bounce', 'Complaint', 'Delivery', 'DeliveryDelay'] as const)(
    'of each recipient on its own: %s',
    (type) => {
      expect(read(type, { to: ['A@example.com', 'B <b@example.com>', 'nobody'] })).toMatchObject({
        events: [
          { key: 'sns-1:0', address: 'a@example.com' },
          { key: 'sns-1:1', address: 'b@example.com' },
          { key: 'sns-1:2' },
        ],
      });
    },
  );

  it('of a mail to several as a whole, without guessing whose it was', () => {
    const reading = read('Open', { to: ['a@example.com', 'b@example.com'] });
    expect(reading).toMatchObject({ events: [{ key: 'sns-1:0', deliveryId: 'dlv_000001' }] });
    expect(reading).not.toHaveProperty('events.0.address');
  });

  const bounced = (said: object) => ({ bouncedRecipients: [{ emailAddress: 'a@example.com', ...said }] });
  it.each([
    ['a full mailbox', { bounceType: 'Transient', bounceSubType: 'MailboxFull' }],
    ['what nobody knows', { bounceType: 'Undetermined', bounceSubType: 'Undetermined' }],
    ['no type at all', { bounceType: undefined }],
    ['a type of another kind', { bounceType: ['Permanent'] }],
    ['our own DKIM, says Gmail', bounced({ status: '5.7.26' })],
    ['our own DMARC, says Outlook', bounced({ diagnosticCode: 'smtp; 550 5.7.515 Access denied' })],
  ])('as a bounce that is not for good: %s', (_, part) => {
    expect(read('Bounce', { part })).toMatchObject({ events: [{ kind: 'bounced', permanent: false }] });
  });

  it('as a bounce for good: an address that SES itself no longer writes to', () => {
    expect(read('Bounce', { part: { bounceSubType: 'OnAccountSuppressionList' } })).toMatchObject({
      events: [{ permanent: true, reason: expect.stringContaining('OnAccountSuppressionList') }],
    });
  });

  it('as no complaint: a mail taken out of the spam folder, a report on our DKIM', () => {
    for (const complaintFeedbackType of ['not-spam', 'auth-failure'])
      expect(read('Complaint', { part: { complaintFeedbackType } })).toEqual({ kind: 'told', events: [] });
    for (const complaintFeedbackType of ['abuse', 'fraud', 'virus', 'other', undefined, 7])
      expect(read('Complaint', { part: { complaintFeedbackType } })).toMatchObject({
        events: [{ kind: 'complained' }],
      });
  });

  it('of nobody in particular, if it names no recipient', () => {
    for (const bouncedRecipients of [undefined, [], {}, 'x'])
      expect(read('Bounce', { part: { bouncedRecipients } })).toMatchObject({
        events: [{ kind: 'bounced', address: 'reader1@example.com', deliveryId: 'dlv_000001' }],
      });
    for (const bouncedRecipients of [[null], [7], [{}], [{ emailAddress: {} }]])
      expect(read('Bounce', { part: { bouncedRecipients } })).not.toHaveProperty('events.0.address');
  });

  it('without believing a tag, a message id or a time of another shape', () => {
    const mail = { tags: { posthorn_delivery: [{ a: 1 }] }, messageId: 'a b', destination: 'a@example.com' };
    const event = { eventType: 'Open', open: { timestamp: 'soon' }, mail };
    expect(readText(JSON.stringify(event))).toEqual({
      kind: 'told',
      events: [{ key: 'sns-1:0', provider: 'ses', kind: 'opened', at: PUBLISHED_AT }],
    });
  });

  it.each([
    ['its greeting to a new topic', 'Successfully validated SNS topic for Amazon SES event publishing.'],
    ['its greeting in JSON', '{"notificationType":"AmazonSnsSubscriptionSucceeded","message":"…"}'],
    ['a mail it received', '{"notificationType":"Received","content":"…"}'],
    ['something new', '{"eventType":"Forwarded","forwarded":{}}'],
    ['a subscription it keeps itself', '{"eventType":"Subscription","subscription":{}}'],
  ])('as nothing to us: %s', (_, message) => {
    expect(readText(message)).toEqual({ kind: 'told', events: [] });
  });

  it.each([
    '',
    'hello',
    'null',
    '[]',
    '{}',
    '{"eventType":7}',
    '{"eventType":"Bounce"}',
    '{"eventType":"Open","open":1}',
  ])('malformed: %s', (message) => {
    expect(readText(message).kind).toBe('malformed');
  });
});
