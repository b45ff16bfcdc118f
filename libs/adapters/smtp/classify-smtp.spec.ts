import { describe, expect, it } from '@jest/globals';
import { classifySmtp, type SmtpStage } from './classify-smtp.js';

const NOW = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

type Row = readonly [stage: SmtpStage, reply: string, outcome: object];

const replies: readonly Row[] = [
  // too fast, or not now
  ['connect', '421 4.7.0 Too many connections', { kind: 'throttled' }],
  ['auth', '454 4.7.0 Too many login attempts', { kind: 'throttled' }],
  ['mail', '421 4.3.2 Service shutting down', { kind: 'throttled' }],
  ['mail', '452 4.3.1 Insufficient system storage', { kind: 'throttled' }],
  ['mail', '454 Throttling failure: Maximum sending rate exceeded.', { kind: 'throttled' }],
  ['data', '454 Throttling failure: Maximum sending rate exceeded.', { kind: 'throttled' }],
  ['rcpt', '421 4.7.28 Unusual rate of mail from your domain', { kind: 'throttled', domain: 'example.org' }],
  [
    'rcpt',
    '450 4.2.1 Receiving mail at a rate that prevents delivery',
    { kind: 'throttled', domain: 'example.org' },
  ],
  ['rcpt', '451 4.7.1 Greylisted', { kind: 'throttled', domain: 'example.org' }],
  ['rcpt', '452 4.5.3 Too many recipients', { kind: 'throttled', domain: 'example.org' }],
  ['data', '450 4.7.0 Deferred', { kind: 'throttled', domain: 'example.org' }],
  ['data', '432 4.7.12 A password transition is needed', { kind: 'throttled', domain: 'example.org' }],
  [
    'mail',
    '454 4.7.0 Throttling failure: Daily message quota exceeded.',
    { kind: 'throttled', parkUntil: NOW + HOUR_MS },
  ],
  ['data', '452 4.7.1 24-hour quota exceeded', { kind: 'throttled', parkUntil: NOW + HOUR_MS }],
  // some other trouble of the server's
  ['mail', '455 4.5.1 Parameters not accommodated', { kind: 'unavailable' }],
  ['rcpt', '441 4.4.1 No answer from host', { kind: 'unavailable' }],
  // ours to set right
  ['connect', '554 5.7.1 Your address is on a block list', { kind: 'misconfigured' }],
  ['connect', '530 5.7.0 Must issue a STARTTLS command first', { kind: 'misconfigured' }],
  ['auth', '535 5.7.8 Authentication credentials invalid', { kind: 'misconfigured' }],
  ['auth', '534 5.7.9 Mechanism too weak', { kind: 'misconfigured' }],
  ['mail', '530 5.7.0 Authentication required', { kind: 'misconfigured' }],
  ['mail', '550 5.7.1 Sender not allowed', { kind: 'misconfigured' }],
  ['mail', '553 Sender address rejected', { kind: 'misconfigured' }],
  ['rcpt', '530 5.7.0 Authentication required', { kind: 'misconfigured' }],
  ['rcpt', '550 5.1.8 Sender domain does not exist', { kind: 'misconfigured' }],
  ['rcpt', '550 5.1.7 Bad sender address', { kind: 'misconfigured' }],
  // the mailbox does not exist
  ['rcpt', '550 5.1.1 No such user', { kind: 'rejected', hardBounce: true }],
  [
    'rcpt',
    '550-5.1.1 The account does not exist\n550 5.1.1 Please check',
    { kind: 'rejected', hardBounce: true },
  ],
  ['rcpt', '553 5.1.2 No such domain', { kind: 'rejected', hardBounce: true }],
  ['rcpt', '550 5.1.10 Recipient domain has a null MX', { kind: 'rejected', hardBounce: true }],
  ['data', '550 5.1.1 No such user', { kind: 'rejected', hardBounce: true }],
  // this message is not wanted, which says nothing against the person
  ['rcpt', '550 5.7.26 Unauthenticated mail is not accepted', { kind: 'rejected' }],
  ['data', '550 5.7.515 Access denied, sending domain', { kind: 'rejected' }],
  ['data', '550 5.7.26 DMARC policy of the sender domain', { kind: 'rejected' }],
  ['rcpt', '550 5.7.1 Blocked', { kind: 'rejected' }],
  ['rcpt', '550 Blocked by policy', { kind: 'rejected' }],
  ['rcpt', '552 5.2.2 Mailbox full', { kind: 'rejected' }],
  ['rcpt', '550 5.2.1 Mailbox disabled', { kind: 'rejected' }],
  ['mail', '552 5.3.4 Message size exceeds fixed limit', { kind: 'rejected' }],
  ['data', '552 5.3.4 Message too big', { kind: 'rejected' }],
  ['data', '554 5.6.0 Malformed', { kind: 'rejected' }],
];

describe('what an SMTP reply means for the message', () => {
  it.each(replies)('%s: %s', (stage, reply, outcome) => {
    const failure = { stage, reply, reason: 'EENVELOPE', dotSent: stage === 'data' };
    expect(classifySmtp(failure, 'example.org', NOW)).toEqual({ reason: reply, ...outcome });
  });
});

describe('what silence means for the message', () => {
  const silences = [
    'ECONNREFUSED',
    'ECONNECTION',
    'EDNS',
    'ETLS',
    'ETIMEDOUT',
    'ESOCKET',
    'no reply within 30000 ms',
  ];

  it.each(silences)('%s before the final dot has gone: it cannot have been taken', (reason) => {
    for (const stage of ['connect', 'auth', 'mail', 'rcpt', 'data'] as const) {
      const failure = { stage, reply: undefined, reason, dotSent: false };
      expect(classifySmtp(failure, 'example.org', NOW)).toEqual({ kind: 'unavailable', reason });
    }
  });

  it.each(silences)('%s after the final dot: perhaps it was', (reason) => {
    const failure = { stage: 'data', reply: undefined, reason, dotSent: true } as const;
    expect(classifySmtp(failure, 'example.org', NOW)).toEqual({ kind: 'unknown', reason });
  });

  it.each(['hello?', '', '999 what', '25 short', '1550 5.1.1'])(
    'a reply like %j is as good as none',
    (reply) => {
      const failure = { stage: 'data', reason: 'EMESSAGE', reply } as const;
      expect(classifySmtp({ ...failure, dotSent: true }, 'example.org', NOW).kind).toBe('unknown');
      expect(classifySmtp({ ...failure, dotSent: false }, 'example.org', NOW).kind).toBe('unavailable');
    },
  );
});
