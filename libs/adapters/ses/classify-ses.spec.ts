import { describe, expect, it } from '@jest/globals';
import { classifySesEntry, classifySesError, sesBulkStatuses, sesErrors } from './classify-ses.js';

const NOW = Date.UTC(2026, 0, 5, 9);
const IN_AN_HOUR = NOW + 3_600_000;
const SECONDS = { retryAfterMs: 1000 };

type Row = readonly [name: string, message: string, status: number | undefined, outcome: object];

const errors: readonly Row[] = [
  ['TooManyRequestsException', 'Maximum sending rate exceeded.', 429, { kind: 'throttled', ...SECONDS }],
  ['ThrottlingException', 'Maximum sending rate exceeded.', 400, { kind: 'throttled', ...SECONDS }],
  ['ThrottlingException', 'Daily message quota exceeded.', 400, { kind: 'throttled', parkUntil: IN_AN_HOUR }],
  ['TooManyRequestsException', 'Daily sending quota exceeded', 429, { kind: 'throttled', ...SECONDS }],
  ['LimitExceededException', 'The sending limit is exceeded.', 400, { kind: 'throttled', ...SECONDS }],
  ['SomeNewThrottle', 'Slow down.', 429, { kind: 'throttled', ...SECONDS }],

  ['InternalServiceErrorException', 'Try again.', 500, { kind: 'unknown' }],
  ['InternalFailure', 'Try again.', 500, { kind: 'unknown' }],
  ['TimeoutError', 'No answer.', undefined, { kind: 'unknown' }],
  ['SomethingNew', 'Hm.', 502, { kind: 'unknown' }],
  ['SomethingNew', 'Hm.', 504, { kind: 'unknown' }],
  ['SomethingNew', 'Hm.', 200, { kind: 'unknown' }],
  ['ServiceUnavailable', 'Service is unable to handle the request.', 503, { kind: 'unavailable' }],
  ['SomethingNew', 'Hm.', 503, { kind: 'unavailable' }],

  ['AccountSuspendedException', 'The account is suspended.', 400, { kind: 'misconfigured' }],
  ['SendingPausedException', 'Sending is paused.', 400, { kind: 'misconfigured' }],
  ['MailFromDomainNotVerifiedException', 'Not verified.', 400, { kind: 'misconfigured' }],
  ['NotFoundException', 'No such configuration set.', 404, { kind: 'misconfigured' }],
  ['AccessDeniedException', 'Not authorized to perform ses:SendEmail.', 403, { kind: 'misconfigured' }],
  ['SignatureDoesNotMatch', 'The signature does not match.', 403, { kind: 'misconfigured' }],
  ['UnrecognizedClientException', 'The token is invalid.', 403, { kind: 'misconfigured' }],
  ['CredentialsProviderError', 'Could not load credentials.', undefined, { kind: 'misconfigured' }],
  ['SomethingNew', 'Forbidden.', 403, { kind: 'misconfigured' }],
  ['MessageRejected', 'Email address is not verified: us@example.com', 400, { kind: 'misconfigured' }],

  ['BadRequestException', 'Illegal address', 400, { kind: 'rejected' }],
  ['MessageRejected', 'Virus.', 400, { kind: 'rejected' }],
  ['SomethingNew', 'Hm.', 400, { kind: 'rejected' }],
];

describe('what an error of SES means for the only message of a call', () => {
  it.each(errors)('%s: %s (%s)', (name, message, status, outcome) => {
    const reason = `${name}: ${message}`;
    expect(classifySesError({ name, message }, status, true, NOW)).toEqual({ reason, ...outcome });
  });
});

describe('what an error of SES means for several messages', () => {
  it.each(errors.filter(([, , , outcome]) => !isRejected(outcome)))(
    'the same: %s %s (%s)',
    (name, message, status) => {
      const error = { name, message };
      expect(classifySesError(error, status, false, NOW)).toEqual(classifySesError(error, status, true, NOW));
    },
  );

  it.each(errors.filter(([, , , outcome]) => isRejected(outcome)))(
    'nothing against any one of them, but none was taken: %s',
    (name, message, status) => {
      expect(classifySesError({ name, message }, status, false, NOW).kind).toBe('unavailable');
    },
  );
});

const entries: readonly (readonly [status: string, error: string, outcome: object])[] = [
  ['ACCOUNT_THROTTLED', 'Maximum sending rate exceeded.', { kind: 'throttled', ...SECONDS }],
  ['ACCOUNT_DAILY_QUOTA_EXCEEDED', 'Quota exceeded.', { kind: 'throttled', parkUntil: IN_AN_HOUR }],
  ['TRANSIENT_FAILURE', 'Try again.', { kind: 'unavailable' }],
  ['FAILED', 'Unable to process.', { kind: 'unavailable' }],
  ['ACCOUNT_SUSPENDED', 'Suspended.', { kind: 'misconfigured' }],
  ['ACCOUNT_SENDING_PAUSED', 'Paused.', { kind: 'misconfigured' }],
  ['MAIL_FROM_DOMAIN_NOT_VERIFIED', 'Not verified.', { kind: 'misconfigured' }],
  ['CONFIGURATION_SET_NOT_FOUND', 'No such set.', { kind: 'misconfigured' }],
  ['CONFIGURATION_SET_DOES_NOT_EXIST', 'No such set.', { kind: 'misconfigured' }],
  ['CONFIGURATION_SET_SENDING_PAUSED', 'Paused.', { kind: 'misconfigured' }],
  ['TEMPLATE_NOT_FOUND', 'No such template.', { kind: 'misconfigured' }],
  ['TEMPLATE_DOES_NOT_EXIST', 'No such template.', { kind: 'misconfigured' }],
  ['INVALID_SENDING_POOL_NAME', 'No such pool.', { kind: 'misconfigured' }],
  ['MESSAGE_REJECTED', 'Email address is not verified.', { kind: 'misconfigured' }],
  ['MESSAGE_REJECTED', 'Virus.', { kind: 'rejected' }],
  ['INVALID_PARAMETER', 'Illegal address', { kind: 'rejected' }],
  ['SOMETHING_NEW', 'Hm.', { kind: 'unknown' }],
];

describe('what the status of a bulk entry means for its message', () => {
  it.each(entries)('%s: %s', (name, message, outcome) => {
    expect(classifySesEntry({ name, message }, undefined, NOW)).toEqual({
      reason: `${name}: ${message}`,
      ...outcome,
    });
  });

  it('is acceptance only with a message id', () => {
    const success = { name: 'SUCCESS', message: '' };
    expect(classifySesEntry(success, '0100-1', NOW)).toEqual({
      kind: 'accepted',
      providerMessageId: '0100-1',
    });
    expect(classifySesEntry(success, undefined, NOW)).toEqual({ kind: 'unknown', reason: 'SUCCESS' });
  });
});

describe('the tables', () => {
  it('leave no name that is in them untested', () => {
    const missing = (table: object, rows: readonly (readonly [string, ...unknown[]])[]) =>
      Object.keys(table).filter((name) => !rows.some(([tested]) => tested === name));
    // Spelled in many ways by AWS; each is one more line of the same.
    const credentials =
      /^(InvalidSignature|IncompleteSignature|InvalidClientTokenId|ExpiredToken|MissingAuthentication|OptIn)/;
    const rest = missing(sesErrors, errors).filter((name) => !credentials.test(name));
    expect(rest).toEqual(['Throttling', 'ServiceUnavailableException', 'UnknownOperationException']);
    expect(missing(sesBulkStatuses, entries)).toEqual(['SUCCESS']);
  });
});

function isRejected(outcome: object): boolean {
  return 'kind' in outcome && outcome.kind === 'rejected';
}
