import type { Outcome, OutcomeKind } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import { outcomeOfStatus, throttled } from '#adapters/http/outcome-of-answer.js';
import { type GraphError, wordsOf } from './graph-error.js';

export type WhatsAppRule =
  | Exclude<OutcomeKind, 'accepted'>
  /** Too many messages from us to this one person. */
  | 'pair_throttled'
  /** The number's quality has limited it; that does not pass in seconds. */
  | 'parked'
  /** The person has told WhatsApp that they want no more of this. */
  | 'opted_out'
  /** More than 24 hours since the person wrote: only a template may go. */
  | 'window_closed';

/**
 * By the `code` of the Graph API's error,
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes. Meta says to go by
 * these and not by the HTTP status, which contradicts them at times (3, 131045: 500). What is not here goes by its
 * status.
 */
export const whatsAppErrors: Readonly<Record<number, WhatsAppRule>> = {
  4: 'throttled',
  80007: 'throttled',
  130429: 'throttled',
  131056: 'pair_throttled',
  131048: 'parked',

  2: 'unavailable',
  131016: 'unavailable',
  131057: 'unavailable',
  // Both are said to mean "an unknown error" or "possibly" one of the server's. Should the message have gone out all
  // the same, anything but `unknown` would let it go a second time.
  1: 'unknown',
  131000: 'unknown',

  131026: 'rejected',
  131021: 'rejected',
  131050: 'opted_out',
  131047: 'window_closed',
  100: 'rejected',
  131008: 'rejected',
  131009: 'rejected',
  131051: 'rejected',
  // A new line, a tab or five spaces in what stands for a variable.
  132018: 'rejected',
  // An experiment of Meta's, its care for people who get much of this kind, a country we may not write to: nothing is
  // wrong with the account, and this message will not be taken.
  130472: 'rejected',
  131049: 'rejected',
  130497: 'rejected',

  0: 'misconfigured',
  3: 'misconfigured',
  10: 'misconfigured',
  33: 'misconfigured',
  190: 'misconfigured',
  368: 'misconfigured',
  131005: 'misconfigured',
  131031: 'misconfigured',
  131037: 'misconfigured',
  131042: 'misconfigured',
  131045: 'misconfigured',
  133010: 'misconfigured',
};

export const whatsAppErrorRanges: readonly { first: number; last: number; rule: WhatsAppRule }[] = [
  // A permission was not granted, or was taken away.
  { first: 200, last: 299, rule: 'misconfigured' },
  // The template: not approved in this language, another number of variables, paused, disabled.
  { first: 132_000, last: 132_016, rule: 'rejected' },
];

/** With code 100: "Object with ID … does not exist", which is the number that we send from. */
const NO_SUCH_OBJECT = 33;
/** To one person goes a message every six seconds; bursts are borrowed from the time to come. */
const PAIR_WAIT_MS = 6_000;
const PARKED_MS = 3_600_000;

export interface WhatsAppRefusal {
  readonly status: number;
  readonly error: GraphError;
  readonly retryAfterMs: number | undefined;
}

/** @param to the only recipient of the call */
export function classifyWhatsApp(refusal: WhatsAppRefusal, to: string, now: Instant): Outcome {
  const { status, error, retryAfterMs } = refusal;
  if (error.code === undefined) return outcomeOfStatus(status, `HTTP ${status}`, retryAfterMs);
  const reason = wordsOf(error);
  const rule = ruleOf(error.code, error.subcode);
  if (rule === undefined || status < 400) return outcomeOfStatus(status, reason, retryAfterMs);
  switch (rule) {
    case 'throttled':
      return throttled(reason, retryAfterMs);
    case 'pair_throttled':
      // `domain` says that others may be written to meanwhile: one chatty conversation must not slow the whole number.
      return { kind: 'throttled', reason, retryAfterMs: retryAfterMs ?? PAIR_WAIT_MS, domain: to };
    case 'parked':
      return { kind: 'throttled', reason, parkUntil: now + Math.max(PARKED_MS, retryAfterMs ?? 0) };
    case 'opted_out':
      return { kind: 'rejected', reason: `opted_out: ${reason}`, hardBounce: true };
    case 'window_closed':
      return { kind: 'rejected', reason: `window_closed: ${reason}` };
    default:
      return { kind: rule, reason };
  }
}

function ruleOf(code: number, subcode: number | undefined): WhatsAppRule | undefined {
  if (code === 100 && subcode === NO_SUCH_OBJECT) return 'misconfigured';
  return (
    whatsAppErrors[code] ?? whatsAppErrorRanges.find(({ first, last }) => first <= code && code <= last)?.rule
  );
}
