import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';

const HOUR_MS = 3_600_000;

/** How far a message got before it failed. `connect` is everything up to the transaction: TCP, TLS, greeting, EHLO. */
export type SmtpStage = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data';

export interface SmtpFailure {
  readonly stage: SmtpStage;
  /** The server's reply, e.g. `550 5.1.1 No such user`; undefined if the line fell silent. */
  readonly reply: string | undefined;
  /** Our own words, for when there is no reply: `ECONNREFUSED`, `no reply within 30000 ms`. */
  readonly reason: string;
  /** Whether the dot that ends a message had gone out, after which the server is free to keep it. */
  readonly dotSent: boolean;
}

/** Replies that say "too fast" or "not now" (RFC 5321, section 4.2.3; 454 is what SES says when it throttles). */
const TEMPORARY = new Set([421, 450, 451, 452, 454]);
/** About the sender's address, so the same for every recipient (RFC 3463, section 3.2). */
const SENDER_AT_FAULT = new Set(['5.1.7', '5.1.8']);
/** The message is larger than the server takes, in whichever reply it says so. */
const TOO_LARGE = new Set(['5.3.4', '5.2.3']);

export function classifySmtp(failure: SmtpFailure, recipientDomain: string, now: Instant): Outcome {
  const { reply, stage, reason: silence, dotSent } = failure;
  const [, digits, enhanced] = /^([245]\d\d)[ -]?(?:([245]\.\d{1,3}\.\d{1,3})\b)?/.exec(reply ?? '') ?? [];
  if (reply === undefined || digits === undefined) {
    // A reply that is no reply (`hello?`) tells as little as none.
    return {
      kind: dotSent ? 'unknown' : 'unavailable',
      reason: reply === undefined ? silence : `not SMTP: ${reply}`,
    };
  }
  const code = Number(digits);
  if (code < 500) return temporary(failure, reply, code, enhanced, recipientDomain, now);
  return permanent(stage, reply, code, enhanced);
}

function temporary(
  { stage }: SmtpFailure,
  reason: string,
  code: number,
  enhanced: string | undefined,
  domain: string,
  now: Instant,
): Outcome {
  // Any other 4xx: surely not taken, and not a matter of speed.
  if (!TEMPORARY.has(code) && !enhanced?.startsWith('4.7.')) return { kind: 'unavailable', reason };
  // Nobody says over SMTP when a quota comes back: look again in an hour.
  if (/quota/i.test(reason) && /daily|24.?hour/i.test(reason))
    return { kind: 'throttled', reason, parkUntil: now + HOUR_MS };
  // Before RCPT the server doesn't know who the mail is for: it is us whom it slows down, not one domain's mail.
  const aboutRecipient = stage === 'rcpt' || (stage === 'data' && !/throttling|sending rate/i.test(reason));
  return aboutRecipient ? { kind: 'throttled', reason, domain } : { kind: 'throttled', reason };
}

function permanent(stage: SmtpStage, reason: string, code: number, enhanced: string | undefined): Outcome {
  if (code === 552 || TOO_LARGE.has(enhanced ?? '')) return { kind: 'rejected', reason };
  const ourFault = stage === 'connect' || stage === 'auth' || stage === 'mail' || code === 530;
  if (ourFault || SENDER_AT_FAULT.has(enhanced ?? '')) return { kind: 'misconfigured', reason };
  // 5.1.x is about the mailbox: it does not exist. Everything else (5.7.26 and 5.7.515 above all, where our own domain
  // fails the receiver's rules; spam filters; full mailboxes) must not cost the person their place on the list.
  if (enhanced?.startsWith('5.1.')) return { kind: 'rejected', reason, hardBounce: true };
  return { kind: 'rejected', reason };
}
