import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import { returned } from '#adapters/email-providers/alike.js';
import { nextUtcMidnight, outcomeOfStatus } from '#adapters/http/outcome-of-answer.js';

export interface SendGridError {
  readonly message: string;
  /** The part of the request at fault, e.g. `personalizations.3.to.0.email`. */
  readonly field: string | null;
}

export interface SendGridRefusal {
  readonly status: number;
  /** Empty if the body was not SendGrid's. */
  readonly errors: readonly SendGridError[];
  readonly retryAfterMs: number | undefined;
}

/**
 * What a refusal means for each of `count` messages. SendGrid takes a call as a whole or not at all, so after a 400
 * the messages that are not named in it were not taken either, though nothing is wrong with them.
 */
export function classifySendGrid(refusal: SendGridRefusal, count: number, now: Instant): readonly Outcome[] {
  const { status, errors } = refusal;
  if ((status === 400 || status === 413) && errors.length > 0) return classifyContent(refusal, count);
  return Array<Outcome>(count).fill(classifyCall(refusal, now));
}

function classifyCall({ status, errors, retryAfterMs }: SendGridRefusal, now: Instant): Outcome {
  const reason = reasonOf(status, errors);
  // A 401 that has nothing to do with the key: the plan's messages are used up, and come back at midnight UTC or later.
  if (status === 401 && errors.some(({ message }) => /maximum credits exceeded/i.test(message))) {
    return { kind: 'throttled', reason, parkUntil: nextUtcMidnight(now) };
  }
  if (status === 406 || status === 415) return { kind: 'misconfigured', reason };
  return outcomeOfStatus(status, reason, retryAfterMs);
}

function classifyContent({ status, errors }: SendGridRefusal, count: number): readonly Outcome[] {
  const named = new Map<number, string>();
  for (const { field, message } of errors) {
    const index = /^personalizations\.(\d+)/.exec(field ?? '')?.[1];
    if (index !== undefined && Number(index) < count) named.set(Number(index), `${field}: ${message}`);
  }
  if (named.size > 0) {
    return Array.from({ length: count }, (_, index) => {
      const reason = named.get(index);
      return reason === undefined
        ? returned('another message spoiled the call')
        : { kind: 'rejected', reason };
    });
  }
  const reason = reasonOf(status, errors);
  // The sender is the same for all of them, and for every call to come.
  if (errors.some(({ field }) => /^from\b/.test(field ?? ''))) {
    return Array<Outcome>(count).fill({ kind: 'misconfigured', reason });
  }
  // Nobody is named: alone, it was this message; among others, who knows.
  return Array<Outcome>(count).fill({ kind: count === 1 ? 'rejected' : 'unavailable', reason });
}

function reasonOf(status: number, [error]: readonly SendGridError[]): string {
  if (!error) return `HTTP ${status}`;
  return `${status} ${error.field === null ? '' : `${error.field}: `}${error.message}`;
}
