import { gatewayAnswer, jsonAnswer, type Answer } from '../kit/http-call.js';
import type { StatusEffect } from '../kit/fault-rules.js';

/** A refusal inside the fake, thrown where it is found and turned into an answer at the door. */
export class SesRefusal extends Error {
  readonly answer: Answer;

  constructor(status: number, name: string, message: string) {
    super(message);
    this.answer = sesError(status, name, message);
  }
}

/** AWS REST-JSON: the name in a header, the words in the body. */
export function sesError(status: number, name: string, message: string): Answer {
  return { ...jsonAnswer(status, { message }, { 'x-amzn-errortype': name }), error: name };
}

export function badRequest(message: string): SesRefusal {
  return new SesRefusal(400, 'BadRequestException', message);
}

const BY_STATUS: Record<number, [name: string, message: string]> = {
  400: ['BadRequestException', 'The request is not valid.'],
  401: ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
  403: ['AccessDeniedException', 'User is not authorized to perform: ses:SendEmail'],
  404: ['NotFoundException', 'The resource does not exist.'],
  413: ['RequestEntityTooLarge', 'The request is too large.'],
  429: ['TooManyRequestsException', 'Maximum sending rate exceeded.'],
  500: ['InternalServiceErrorException', 'The request could not be processed.'],
  503: ['ServiceUnavailable', 'Service is unable to handle the request.'],
};

/** What each name says when the script gives a name and no words. */
const BY_NAME: Record<string, string> = {
  ThrottlingException: 'Maximum sending rate exceeded.',
  LimitExceededException: 'The sending limit of the account is exceeded.',
  AccountSuspendedException: 'The account is suspended.',
  SendingPausedException: 'Sending is paused for the account.',
  MailFromDomainNotVerifiedException: 'The MAIL FROM domain is not verified.',
  MessageRejected: 'Message contains content that is not allowed.',
  SignatureDoesNotMatch: 'The request signature we calculated does not match the signature you provided.',
};

/** What a bulk entry's status is called where there are no entries: SendEmail knows exceptions only. */
const OF_STATUS: Readonly<Record<string, [status: number, name: string]>> = {
  MESSAGE_REJECTED: [400, 'MessageRejected'],
  INVALID_PARAMETER: [400, 'BadRequestException'],
  INVALID_SENDING_POOL_NAME: [400, 'BadRequestException'],
  ACCOUNT_THROTTLED: [429, 'TooManyRequestsException'],
  ACCOUNT_DAILY_QUOTA_EXCEEDED: [429, 'ThrottlingException'],
  ACCOUNT_SUSPENDED: [400, 'AccountSuspendedException'],
  ACCOUNT_SENDING_PAUSED: [400, 'SendingPausedException'],
  CONFIGURATION_SET_SENDING_PAUSED: [400, 'SendingPausedException'],
  MAIL_FROM_DOMAIN_NOT_VERIFIED: [400, 'MailFromDomainNotVerifiedException'],
  TEMPLATE_NOT_FOUND: [404, 'NotFoundException'],
  CONFIGURATION_SET_NOT_FOUND: [404, 'NotFoundException'],
  TRANSIENT_FAILURE: [500, 'InternalServiceErrorException'],
  FAILED: [500, 'InternalServiceErrorException'],
};

/** A recipient that the script turns down, in a call of its own. `error` may be an exception or an entry's status. */
export function singleSendError(error: string, message: string | undefined): Answer & { error: string } {
  const [status, name] = OF_STATUS[error] ?? [400, error];
  const quota = error === 'ACCOUNT_DAILY_QUOTA_EXCEEDED' ? DAILY_QUOTA_WORDS : undefined;
  const words = message ?? quota ?? BY_NAME[name] ?? BY_STATUS[status]?.[1] ?? 'The recipient was rejected.';
  return { ...sesError(status, name, words), error: name };
}

const DAILY_QUOTA_WORDS = 'Daily message quota exceeded.';
export const DAILY_QUOTA: Answer = sesError(429, 'ThrottlingException', DAILY_QUOTA_WORDS);
export const RATE_EXCEEDED: Answer = sesError(
  429,
  'TooManyRequestsException',
  'Maximum sending rate exceeded.',
);

export function scriptedSesError({ status, error, message }: StatusEffect): Answer {
  if (!error && (status === 502 || status === 504)) {
    return gatewayAnswer(status, status === 502 ? 'Bad Gateway' : 'Gateway Time-out');
  }
  const [name, words] = BY_STATUS[status] ?? ['InternalFailure', 'The request failed.'];
  return sesError(status, error ?? name, message ?? (error ? BY_NAME[error] : undefined) ?? words);
}
