import { randomBytes } from 'node:crypto';
import type { StatusEffect } from '../kit/fault-rules.js';
import { gatewayAnswer, jsonAnswer, type Answer } from '../kit/http-call.js';

/** `[HTTP status, title, details]` by the code of the error, as Meta's list has them. */
const ERRORS: Readonly<Record<number, readonly [status: number, title: string, details?: string]>> = {
  0: [401, 'AuthException'],
  1: [400, 'API Unknown'],
  2: [503, 'Service temporarily unavailable'],
  3: [500, 'Capability or permissions issue.'],
  4: [429, 'Application request limit reached'],
  10: [403, 'Application does not have permission for this action'],
  33: [400, 'Parameter value is not valid', 'The business phone number has been deleted.'],
  100: [400, 'Invalid parameter'],
  190: [401, 'Invalid OAuth access token - Cannot parse access token'],
  200: [403, 'You do not have the necessary permissions required to send messages.'],
  299: [403, 'Permissions error'],
  368: [403, 'Temporarily blocked for policies violations'],
  80007: [429, 'Rate limit issues', 'The WhatsApp Business Account has reached its rate limit.'],
  130429: [
    429,
    'Rate limit hit',
    'Too many messages were sent from this phone number in a short period of time',
  ],
  130472: [400, 'User’s number is part of an experiment'],
  130497: [403, 'Business account is restricted from messaging users in this country.'],
  131000: [500, 'Something went wrong', 'Message failed to send due to an unknown error.'],
  131005: [403, 'Access denied'],
  131008: [400, 'Required parameter is missing'],
  131009: [400, 'Parameter value is not valid'],
  131016: [500, 'Service unavailable'],
  131021: [400, 'Recipient cannot be sender', 'Sender and recipient phone number is the same.'],
  131026: [400, 'Message undeliverable', 'Unable to deliver message.'],
  131031: [403, 'Business Account locked'],
  131037: [400, 'WhatsApp provided number needs display name approval before message can be sent.'],
  131042: [400, 'Business eligibility payment issue'],
  131045: [500, 'Incorrect certificate', 'Phone number registration error.'],
  131047: [400, 'Re-engagement message', 'More than 24 hours have passed since the recipient last replied.'],
  131048: [
    400,
    'Spam rate limit hit',
    'Restrictions apply to how many messages can be sent from this number.',
  ],
  131049: [400, 'Not delivered to maintain healthy ecosystem engagement.'],
  131050: [400, 'User has stopped marketing messages from this business'],
  131051: [400, 'Unsupported message type'],
  131056: [400, '(Business Account, Consumer Account) pair rate limit hit'],
  131057: [500, 'Account in maintenance mode'],
  132000: [400, 'Number of parameters does not match the expected number of params'],
  132001: [404, 'Template name does not exist in the translation'],
  132005: [400, 'Translated text too long'],
  132007: [400, 'Template content violates a WhatsApp policy'],
  132012: [400, 'Parameter format does not match format in the created template'],
  132015: [400, 'Template is paused due to low quality'],
  132016: [400, 'Template is disabled'],
  132018: [400, 'There was an issue with the parameters in your template'],
  133010: [400, 'Account not registered'],
};

const BY_STATUS: Record<number, number> = { 400: 100, 401: 190, 403: 10, 429: 130429, 500: 131000, 503: 2 };
const GATEWAY: Record<number, string> = {
  413: 'Payload Too Large',
  502: 'Bad gateway',
  504: 'Gateway time-out',
};
/** From this on they are WhatsApp's own, and come with `error_data`; those below belong to the Graph API. */
const FIRST_OF_WHATSAPP = 80000;

export interface GraphErrorWords {
  status?: number;
  title?: string;
  details?: string;
  subcode?: number;
}

/** An error in the shape of the Graph API. */
export function graphError(code: number, words: GraphErrorWords = {}): Answer {
  const [status, title, details] = ERRORS[code] ?? [400, 'An unknown error occurred'];
  const data = { messaging_product: 'whatsapp', details: words.details ?? details ?? words.title ?? title };
  const error = {
    message: `(#${code}) ${words.title ?? title}`,
    type: words.subcode === 33 ? 'GraphMethodException' : 'OAuthException',
    code,
    ...(code >= FIRST_OF_WHATSAPP || words.details ? { error_data: data } : {}),
    error_subcode: words.subcode ?? 2494010,
    fbtrace_id: `A${randomBytes(16).toString('base64url')}`,
  };
  return { ...jsonAnswer(words.status ?? status, { error }), error: String(code) };
}

/** What stands in `statuses[].errors` of a callback. */
export function callbackError(code: number): object {
  const [, title, details] = ERRORS[code] ?? [400, 'An unknown error occurred'];
  return {
    code,
    title,
    message: title,
    error_data: { details: details ?? title },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  };
}

/** `error` is a code. */
export function scriptedGraphError({ status, error, message }: StatusEffect): Answer {
  const gateway = GATEWAY[status];
  if (gateway && !error) return gatewayAnswer(status, gateway);
  const code = Number(error ?? BY_STATUS[status] ?? 1);
  return graphError(code, { status, ...(message === undefined ? {} : { title: message }) });
}

/** The status that Meta gives with a code. */
export function statusOf(code: number): number {
  return ERRORS[code]?.[0] ?? 400;
}
