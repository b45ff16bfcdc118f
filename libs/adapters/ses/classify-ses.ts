import type { Outcome, OutcomeKind } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import { outcomeOfStatus } from '#adapters/http/outcome-of-answer.js';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;

/** Names of errors, as the `x-amzn-errortype` header or the SDK gives them. What is not here goes by its status. */
export const sesErrors: Readonly<Record<string, OutcomeKind>> = {
  TooManyRequestsException: 'throttled',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  LimitExceededException: 'throttled',

  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',

  InternalServiceErrorException: 'unknown',
  InternalFailure: 'unknown',
  TimeoutError: 'unknown',

  AccountSuspendedException: 'misconfigured',
  SendingPausedException: 'misconfigured',
  MailFromDomainNotVerifiedException: 'misconfigured',
  NotFoundException: 'misconfigured',
  AccessDeniedException: 'misconfigured',
  SignatureDoesNotMatch: 'misconfigured',
  InvalidSignatureException: 'misconfigured',
  IncompleteSignature: 'misconfigured',
  IncompleteSignatureException: 'misconfigured',
  UnrecognizedClientException: 'misconfigured',
  InvalidClientTokenId: 'misconfigured',
  ExpiredToken: 'misconfigured',
  ExpiredTokenException: 'misconfigured',
  MissingAuthenticationToken: 'misconfigured',
  MissingAuthenticationTokenException: 'misconfigured',
  OptInRequired: 'misconfigured',
  CredentialsProviderError: 'misconfigured',
  UnknownOperationException: 'misconfigured',

  BadRequestException: 'rejected',
  MessageRejected: 'rejected',
};

/** `Status` of one entry of a SendBulkEmail answer. */
export const sesBulkStatuses: Readonly<Record<string, OutcomeKind>> = {
  SUCCESS: 'accepted',

  ACCOUNT_THROTTLED: 'throttled',
  ACCOUNT_DAILY_QUOTA_EXCEEDED: 'throttled',

  // SES itself says of both that it did not process the entry.
  TRANSIENT_FAILURE: 'unavailable',
  FAILED: 'unavailable',

  ACCOUNT_SUSPENDED: 'misconfigured',
  ACCOUNT_SENDING_PAUSED: 'misconfigured',
  MAIL_FROM_DOMAIN_NOT_VERIFIED: 'misconfigured',
  CONFIGURATION_SET_NOT_FOUND: 'misconfigured',
  CONFIGURATION_SET_DOES_NOT_EXIST: 'misconfigured',
  CONFIGURATION_SET_SENDING_PAUSED: 'misconfigured',
  TEMPLATE_NOT_FOUND: 'misconfigured',
  TEMPLATE_DOES_NOT_EXIST: 'misconfigured',
  INVALID_SENDING_POOL_NAME: 'misconfigured',

  MESSAGE_REJECTED: 'rejected',
  INVALID_PARAMETER: 'rejected',
};

/** The fields of an error or of a bulk entry that decide. */
export interface SesWords {
  /** Name of the error or status of the entry. */
  readonly name: string;
  readonly message: string;
}

/** @param alone false if the call held several messages, so that its refusal says nothing about any one of them */
export function classifySesError(
  error: SesWords,
  status: number | undefined,
  alone: boolean,
  now: Instant,
): Outcome {
  const kind = ruleIn(sesErrors, error.name);
  const reason = reasonOf(error);
  if (kind === undefined && status === 400)
    return alone ? { kind: 'rejected', reason } : { kind: 'unavailable', reason };
  if (kind === undefined) return outcomeOfStatus(status ?? 0, reason, SECOND_MS);
  const outcome = outcomeOf(kind, error, now);
  return outcome.kind === 'rejected' && !alone ? { kind: 'unavailable', reason } : outcome;
}

export function classifySesEntry(entry: SesWords, messageId: string | undefined, now: Instant): Outcome {
  const kind = ruleIn(sesBulkStatuses, entry.name) ?? 'unknown';
  if (kind === 'accepted' && messageId !== undefined) return { kind, providerMessageId: messageId };
  return outcomeOf(kind, entry, now);
}

/** What an object inherits (`constructor`) is no rule of ours. */
function ruleIn(rules: Readonly<Record<string, OutcomeKind>>, name: string): OutcomeKind | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

function outcomeOf(kind: OutcomeKind, words: SesWords, now: Instant): Outcome {
  const reason = reasonOf(words);
  switch (kind) {
    case 'throttled':
      return isDailyQuota(words)
        ? { kind, reason, parkUntil: now + HOUR_MS }
        : { kind, reason, retryAfterMs: SECOND_MS };
    case 'rejected':
      // "Email address is not verified": of our own identity, or of everyone's while the account is in the sandbox.
      return { kind: /not verified/i.test(words.message) ? 'misconfigured' : 'rejected', reason };
    case 'accepted':
      // Success without a message id is not an answer SES gives.
      return { kind: 'unknown', reason };
    default:
      return { kind, reason };
  }
}

/**
 * SES counts over the last 24 hours rather than per calendar day, so room comes back bit by bit; it does not say when.
 * Parking for an hour and looking again costs at most one refused call an hour.
 */
function isDailyQuota({ name, message }: SesWords): boolean {
  return name === 'ACCOUNT_DAILY_QUOTA_EXCEEDED' || /daily (message )?quota/i.test(message);
}

function reasonOf({ name, message }: SesWords): string {
  return message && message !== name ? `${name}: ${message}` : name;
}
