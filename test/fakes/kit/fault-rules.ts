/**
 * Which calls a rule touches. All given conditions must hold. Every number counts from the moment the rules were set:
 * calls from 1 (only calls that send, never look-ups; connections for the SMTP stage `connect`), time from 0 ms.
 */
export interface FaultMatch {
  /** First and last call, inclusive. */
  calls?: [first: number, last: number];
  /** A regular expression on the envelope address, case ignored. A call matches when any of its recipients does. */
  recipient?: string;
  /** Which encounters of this rule with one recipient: `[1, 2]` is its first two attempts. */
  attempts?: [first: number, last: number];
  /** 0 to 1, drawn from `seed` and the call's number; for `rejectRecipients` from `seed` and the address. */
  probability?: number;
  seed?: number;
  /** From (inclusive) and to (exclusive). */
  windowMs?: [from: number, to: number];
}

/** Where in an SMTP session the effect strikes. HTTP fakes ignore it. */
export type SmtpStage = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data';

export interface StatusEffect {
  kind: 'status';
  status: number;
  /** The vendor's name for the error; by default the one that it gives with this status. SMTP: `5.7.26`. */
  error?: string;
  message?: string;
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
  headers?: Record<string, string>;
  /** The whole body instead of the vendor's shape: a string as it stands, anything else as JSON. */
  body?: unknown;
  /** The vendor sends the mail and then claims that it failed. */
  accepted?: boolean;
  stage?: SmtpStage;
}

export type CallEffect =
  | { kind: 'healthy' }
  | StatusEffect
  /** Waits, then goes on, whether or not the caller is still there. Later rules apply as well. */
  | { kind: 'slow'; ms: number; stage?: SmtpStage }
  /** No answer until released; with `accepted`, after sending the mail. */
  | { kind: 'hang'; accepted?: boolean; stage?: SmtpStage }
  /** Sends the mail, then cuts the connection without a word. */
  | { kind: 'acceptThenDrop' }
  /** Resets the connection before the body (SMTP: before the banner, or at `stage`). */
  | { kind: 'dropBeforeRead'; stage?: SmtpStage }
  /** The account's daily (or monthly, where the vendor has one) quota is used up. */
  | { kind: 'quota'; period?: 'daily' | 'monthly' };

/** Turns down single recipients. `error`: SES bulk status, SMTP enhanced code. `status`: SMTP reply code. */
export interface RejectRecipientsEffect {
  kind: 'rejectRecipients';
  error?: string;
  message?: string;
  status?: number;
}

/** Effects one after another: all steps are measured in `forMs`, or all in `forCalls`; the last may be open. */
export interface PhasesEffect {
  kind: 'phases';
  steps: { forMs?: number; forCalls?: number; effect: CallEffect }[];
  repeat?: boolean;
}

export type FaultEffect = CallEffect | RejectRecipientsEffect | PhasesEffect;

export interface FaultRule {
  /** Shown as `fault` in the journal; by default the effect's kind. */
  name?: string;
  match?: FaultMatch;
  effect: FaultEffect;
}

const CALL_KINDS = ['healthy', 'status', 'slow', 'hang', 'acceptThenDrop', 'dropBeforeRead', 'quota'];

/** Checks rules that came over the admin endpoint. Throws an `Error` naming the first rule that is not one. */
export function parseFaultRules(input: unknown): FaultRule[] {
  if (!Array.isArray(input)) throw new Error('faults must be an array of rules');
  return input.map((rule: unknown, index) => {
    const problem = problemOf(rule);
    if (problem) throw new Error(`fault rule ${index}: ${problem}`);
    return rule as FaultRule;
  });
}

function problemOf(rule: unknown): string | undefined {
  const { match = {}, effect } = (rule ?? {}) as Partial<FaultRule>;
  if (typeof effect !== 'object' || effect === null) return 'it has no effect';
  try {
    new RegExp(match.recipient ?? '', 'i');
  } catch {
    return 'recipient is not a regular expression';
  }
  if (effect.kind === 'rejectRecipients') return undefined;
  if (effect.kind !== 'phases') return problemOfEffect(effect);
  const unit = effect.steps.every((step) => step.forMs === undefined) ? 'forCalls' : 'forMs';
  const measured = effect.steps.every(
    (step, index) => step[unit] !== undefined || (index === effect.steps.length - 1 && !effect.repeat),
  );
  const mixed = effect.steps.some((step) => step.forMs !== undefined && step.forCalls !== undefined);
  if (effect.steps.length === 0 || !measured || mixed) {
    return 'every phase needs forMs, or every phase needs forCalls (the last one may be open)';
  }
  return effect.steps.map((step) => problemOfEffect(step.effect)).find(Boolean);
}

function problemOfEffect(effect: CallEffect): string | undefined {
  if (!CALL_KINDS.includes(effect.kind)) return `unknown effect ${JSON.stringify(effect.kind)}`;
  if (effect.kind === 'status' && !(effect.status >= 200 && effect.status < 600)) return 'status is not one';
  if (effect.kind === 'slow' && !(effect.ms >= 0)) return 'slow needs ms';
  return undefined;
}
