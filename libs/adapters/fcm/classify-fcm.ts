import type { Outcome, OutcomeKind } from '#domain/delivery/model/outcome.js';
import { parseJson, record } from '#adapters/http/json-api.js';
import { outcomeOfStatus, throttled } from '#adapters/http/outcome-of-answer.js';

/** `gone`: this device will never take a message of ours again, so it is rejected with a hard bounce. */
type Verdict = Exclude<OutcomeKind, 'accepted'> | 'gone';
type Rule = Verdict | ((refusal: FcmRefusal) => Verdict);

export interface FcmRefusal {
  readonly status: number;
  /** Of the detail `FcmError`: what FCM itself says. Undefined where another of Google's servers spoke. */
  readonly errorCode: string | undefined;
  /** Google's canonical code, `NOT_FOUND`. Undefined if the body was not Google's. */
  readonly canonical: string | undefined;
  /** The fields that the detail `BadRequest` complains of; undefined without that detail. */
  readonly badFields: readonly string[] | undefined;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

/**
 * By the `errorCode` of the detail `FcmError`, https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode. What
 * is not here goes by the canonical code.
 */
const fcmErrors: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['UNREGISTERED', 'gone'],
  // With a BadRequest it is our payload; without one it is a token that FCM never gave out. Older answers complain of
  // such a token as of a field. FCM also says it of payloads that it won't have, without naming a field: those are
  // refused before they are sent (`fcm-request.ts`), or a long text would cost a person the device.
  ['INVALID_ARGUMENT', ({ badFields }) => (badFields?.every(isAddress) === false ? 'rejected' : 'gone')],
  // The device belongs to another project's sender.
  ['SENDER_ID_MISMATCH', 'gone'],
  // Our certificate for Apple, or our key for web push.
  ['THIRD_PARTY_AUTH_ERROR', 'misconfigured'],
  ['QUOTA_EXCEEDED', 'throttled'],
  ['UNAVAILABLE', 'unavailable'],
  // A 500 would otherwise be `unknown`. Here it is FCM's own answer instead of a message name: it has read the call
  // and says that it did not take it, so another way may be tried at once. Without the detail it is a bare 500.
  ['INTERNAL', 'unavailable'],
]);

/** By the canonical code, where there is no `FcmError`. Every 5xx among them goes by its status. */
const canonicalCodes: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  // Google's JSON says so of the device; a wrong path is answered by a page, which goes by its status.
  ['NOT_FOUND', 'gone'],
  ['INVALID_ARGUMENT', 'rejected'],
  ['UNAUTHENTICATED', 'misconfigured'],
  ['PERMISSION_DENIED', 'misconfigured'],
  ['RESOURCE_EXHAUSTED', 'throttled'],
]);

/** What FCM wants to be left in peace for when it gives no time of its own. */
const QUOTA_PAUSE_MS = 60_000;

export function fcmRefusal(status: number, body: string, retryAfterMs: number | undefined): FcmRefusal {
  const error = record(record(parseJson(body))['error']);
  const details = Array.isArray(error['details']) ? error['details'].map(record) : [];
  const detail = (type: string) => details.find((one) => text(one['@type'])?.endsWith(type));
  const violations = detail('google.rpc.BadRequest')?.['fieldViolations'];
  return {
    status,
    errorCode: text(detail('.FcmError')?.['errorCode']),
    canonical: text(error['status']),
    badFields: detail('google.rpc.BadRequest') && fieldsOf(violations),
    message: text(error['message']) ?? '',
    retryAfterMs,
  };
}

export function classifyFcm(refusal: FcmRefusal): Outcome {
  const { status, errorCode, canonical, message, retryAfterMs } = refusal;
  const name = errorCode ?? canonical;
  const reason = name === undefined ? `HTTP ${status}` : `${name}: ${message}`;
  const rule = ruleFor(refusal);
  const verdict = typeof rule === 'function' ? rule(refusal) : rule;
  if (verdict === 'gone') return { kind: 'rejected', reason, hardBounce: true };
  if (verdict !== undefined && verdict !== 'throttled') return { kind: verdict, reason };
  const outcome = outcomeOfStatus(status, reason);
  const slow = verdict === 'throttled' || outcome.kind === 'throttled';
  return slow ? throttled(reason, retryAfterMs ?? QUOTA_PAUSE_MS) : outcome;
}

function ruleFor({ status, errorCode = '', canonical = '' }: FcmRefusal): Rule | undefined {
  if (status < 400) return undefined;
  return fcmErrors.get(errorCode) ?? (status < 500 ? canonicalCodes.get(canonical) : undefined);
}

function isAddress(field: string): boolean {
  return field === 'message.token' || field === 'message.fid';
}

/** A violation without a field is taken to be about the message: nobody loses a device over it. */
function fieldsOf(violations: unknown): readonly string[] {
  const fields = Array.isArray(violations) ? violations.map((one) => text(record(one)['field']) ?? '') : [];
  return fields.length === 0 ? [''] : fields;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
