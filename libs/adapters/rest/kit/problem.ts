import type { FieldFault, Refusal, RefusalCode } from '#domain/kernel/refusal.js';

/** Refusals of the domain, and what can go wrong before or outside of it. */
export type ProblemCode = RefusalCode | BadRequest['code'] | 'internal_error';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** Every code has a status: one that is missing here does not compile. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  unauthenticated: { status: 401, title: 'No valid API key was shown' },
  forbidden: { status: 403, title: 'This is not allowed' },
  rate_limited: { status: 429, title: 'Too many requests' },
  quota_exceeded: { status: 429, title: 'The quota of the workspace is used up' },
  not_found: { status: 404, title: 'There is no such thing' },
  already_exists: { status: 409, title: 'It exists already' },
  invalid_transition: { status: 409, title: 'Not possible in its present state' },
  validation_failed: { status: 422, title: 'The request is not valid' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_encoding: { status: 400, title: 'The body is not valid UTF-8' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of a type this path does not take' },
  invalid_address: { status: 422, title: 'Not an address' },
  header_injection: { status: 422, title: 'A value would break out of its mail header' },
  invalid_schedule: { status: 422, title: 'Not a possible time' },
  invalid_cursor: { status: 400, title: 'Not a cursor of this list' },
  invalid_token: { status: 400, title: 'The link is not valid' },
  message_too_large: { status: 413, title: 'The message is too large' },
  message_refused: { status: 403, title: 'The moderation of the workspace has refused the message' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  idempotency_in_flight: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still under way',
  },
  invalid_idempotency_key: { status: 400, title: 'Not a valid Idempotency-Key' },
  template_must_be_string: { status: 422, title: 'A template must be a string' },
  template_syntax: { status: 422, title: 'The template does not parse' },
  template_too_deep: { status: 422, title: 'The template is nested too deeply' },
  template_too_large: { status: 422, title: 'The template is too large' },
  template_forbidden_expression: {
    status: 422,
    title: 'The template uses an expression that is not allowed',
  },
  render_too_large: { status: 422, title: 'The rendered message is too large' },
  missing_variable: { status: 422, title: 'A required variable is missing' },
  unsafe_url: { status: 422, title: 'A link uses a scheme that is not allowed' },
  address_forbidden: { status: 422, title: 'The URL leads to an address that may not be called' },
  scheme_forbidden: { status: 422, title: 'The URL uses a scheme that may not be called' },
  signature_invalid: { status: 403, title: 'The signature of the callback is not good' },
  signature_stale: { status: 403, title: 'The callback was signed too long ago, or in the future' },
  callback_not_verifiable: {
    status: 503,
    title: 'Whether the provider has signed it cannot be found out now',
  },
  invalid_callback: { status: 400, title: 'The callback is not what its provider documents' },
  storage_full: { status: 503, title: 'The disk is full' },
  storage_unavailable: { status: 503, title: 'The storage cannot be reached' },
  moderation_unavailable: { status: 503, title: 'The moderation of the workspace does not answer' },
  shutting_down: { status: 503, title: 'The server is stopping' },
  bad_request: { status: 400, title: 'The request is malformed' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  request_timeout: { status: 408, title: 'The request did not come in time' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
};

/** An RFC 9457 problem, sent as `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ProblemCode;
  readonly errors: readonly FieldFault[];
}

export const PROBLEM_TYPE = 'application/problem+json';

/** What a server says when the fault is its own: no internals, but the number under which its log tells more. */
const INTERNAL_DETAIL = 'The error has been logged under the request id in `instance`.';

export function problemOf(refusal: Refusal | BadRequest | undefined, requestId: string): Problem {
  const code = refusal?.code ?? 'internal_error';
  const { status, title } = PROBLEMS[code];
  return {
    type: `/docs#problem-${code.replaceAll('_', '-')}`,
    title,
    status,
    detail: refusal?.message ?? INTERNAL_DETAIL,
    instance: `urn:posthorn:request:${requestId}`,
    code,
    errors: refusal?.faults ?? [],
  };
}

/** A fault of the HTTP message itself, found before any of our code saw it. */
export interface BadRequest {
  readonly code: 'bad_request' | 'headers_too_large' | 'request_timeout';
  readonly message: string;
  readonly faults: readonly FieldFault[];
  readonly retryAfterMs: undefined;
}

/** Seconds for `Retry-After`: whole, at least one, never too early. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

/** How long to wait before asking a server again that cannot serve right now. */
export const UNAVAILABLE_RETRY_MS = 2000;
