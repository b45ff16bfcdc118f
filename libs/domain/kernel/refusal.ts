/**
 * Every reason for which Posthorn says no, as the stable `code` of the public contract. The list is closed:
 * the REST filter maps each code to a status, and a code without a mapping does not compile.
 */
export type RefusalCode =
  // who is asking
  | 'unauthenticated'
  | 'forbidden'
  | 'rate_limited'
  | 'quota_exceeded'
  // what they ask for
  | 'not_found'
  | 'already_exists'
  | 'invalid_transition'
  | 'validation_failed'
  | 'invalid_json'
  | 'invalid_encoding'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'invalid_address'
  | 'header_injection'
  | 'invalid_schedule'
  | 'invalid_cursor'
  | 'invalid_token'
  | 'message_too_large'
  | 'message_refused'
  // idempotency
  | 'idempotency_key_reused'
  | 'idempotency_in_flight'
  | 'invalid_idempotency_key'
  // templating
  | 'template_must_be_string'
  | 'template_syntax'
  | 'template_too_deep'
  | 'template_too_large'
  | 'template_forbidden_expression'
  | 'render_too_large'
  | 'missing_variable'
  | 'unsafe_url'
  // webhooks
  | 'address_forbidden'
  | 'scheme_forbidden'
  // what providers call back
  | 'signature_invalid'
  | 'signature_stale'
  | 'invalid_callback'
  | 'callback_not_verifiable'
  // our own troubles
  | 'storage_full'
  | 'storage_unavailable'
  | 'moderation_unavailable'
  | 'shutting_down';

/** One fault within a request. `pointer` is a JSON pointer (RFC 6901) into the body, or a parameter's name. */
export interface FieldFault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** A request we understood and will not carry out. Nothing has changed when it is thrown. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly faults: readonly FieldFault[];
  /** Milliseconds after which the same request may succeed. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: RefusalCode,
    detail: string,
    options: { faults?: readonly FieldFault[]; retryAfterMs?: number } = {},
  ) {
    super(detail);
    this.name = 'Refusal';
    this.code = code;
    this.faults = options.faults ?? [];
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function notFound(kind: string): Refusal {
  // The same words whether it never existed or belongs to another workspace: existence is not ours to reveal.
  return new Refusal('not_found', `No such ${kind}.`);
}
