import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import { outcomeOfStatus, throttled } from '#adapters/http/outcome-of-answer.js';

type Rule = 'throttled' | 'parked' | 'unavailable' | 'misconfigured' | 'rejected' | 'opted_out';

const HOUR_MS = 3_600_000;

/**
 * By the `code` of Twilio's error, https://www.twilio.com/docs/api/errors: of an answer that refuses the message, or of
 * a message that is `failed` from the start. What is not here goes by its status, as does every 5xx.
 */
export const twilioErrors: Readonly<Record<number, Rule>> = {
  20429: 'throttled', // too many requests
  21611: 'throttled', // the sender's queue is full
  30001: 'throttled', // queue overflow
  30022: 'throttled', // the carrier's rate for this sender
  63018: 'throttled', // the channel's rate
  63038: 'parked', // the account's messages of the day

  30003: 'unavailable', // handset out of reach: another provider's route may have it
  30008: 'unavailable', // for reasons nobody knows

  20003: 'misconfigured', // credentials
  21212: 'misconfigured', // the sender is no number
  21408: 'misconfigured', // this country is not permitted
  21603: 'misconfigured', // no sender
  21606: 'misconfigured', // the sender cannot send this
  21608: 'misconfigured', // a trial account writes to verified numbers only
  21609: 'misconfigured', // the status callback is no URL
  21660: 'misconfigured', // the sender is somebody else's
  30002: 'misconfigured', // the account is suspended

  21211: 'rejected', // the recipient is no number
  21602: 'rejected', // no body
  21604: 'rejected', // no recipient
  21612: 'rejected', // no way from this sender to this recipient
  21614: 'rejected', // no mobile number
  21617: 'rejected', // more than 1,600 characters
  30005: 'rejected', // unknown handset
  30006: 'rejected', // landline, or a carrier out of reach
  63016: 'rejected', // outside WhatsApp's window
  63024: 'rejected', // no such recipient on the channel

  21610: 'opted_out', // the person has said STOP
};

export interface TwilioRefusal {
  readonly status: number;
  /** Undefined if the body was not Twilio's. */
  readonly code: number | undefined;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** What an answer that refuses the message means for it. */
export function classifyTwilio(refusal: TwilioRefusal, now: Instant): Outcome {
  const { status, code, retryAfterMs } = refusal;
  const rule = ruleOf(code);
  if (rule === undefined || status >= 500) return outcomeOfStatus(status, reasonOf(refusal), retryAfterMs);
  // A 429 is about our speed, whatever it says in words. Only a quota that is used up says more.
  const ruling = status === 429 && rule !== 'parked' ? 'throttled' : rule;
  return outcomeOfRule(ruling, reasonOf(refusal), now, retryAfterMs);
}

/** What it means that a message was made and is `failed` already. It is surely not on its way. */
export function classifyFailedMessage(code: number | undefined, message: string, now: Instant): Outcome {
  const words = message === '' ? 'failed' : message;
  const reason = code === undefined ? words : `${code}: ${words}`;
  return outcomeOfRule(ruleOf(code) ?? 'unavailable', reason, now);
}

function ruleOf(code: number | undefined): Rule | undefined {
  return code === undefined ? undefined : twilioErrors[code];
}

function outcomeOfRule(rule: Rule, reason: string, now: Instant, retryAfterMs?: number): Outcome {
  switch (rule) {
    case 'throttled':
      return throttled(reason, retryAfterMs);
    case 'parked':
      // The day is a window of 24 hours that moves on with every hour, so there may be room in an hour.
      return { kind: 'throttled', reason, parkUntil: now + HOUR_MS };
    case 'opted_out':
      return { kind: 'rejected', reason, hardBounce: true };
    default:
      return { kind: rule, reason };
  }
}

function reasonOf({ status, code, message }: TwilioRefusal): string {
  return code === undefined ? `HTTP ${status}` : `${code}: ${message}`;
}
