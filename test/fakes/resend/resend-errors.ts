import type { StatusEffect } from '../kit/fault-rules.js';
import { gatewayAnswer, jsonAnswer, type Answer } from '../kit/http-call.js';

export function resendError(statusCode: number, name: string, message: string): Answer {
  return { ...jsonAnswer(statusCode, { statusCode, name, message }), error: name };
}

export const BAD_ADDRESS =
  'Invalid `to` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.';

const BY_STATUS: Record<number, [name: string, message: string]> = {
  400: ['validation_error', 'We found an error with one or more fields in the request.'],
  401: ['missing_api_key', 'Missing API key in the authorization header.'],
  403: ['invalid_api_key', 'API key is invalid.'],
  404: ['not_found', 'The requested endpoint does not exist.'],
  409: [
    'concurrent_idempotent_requests',
    'Same idempotency key used while original request is still in progress.',
  ],
  413: ['validation_error', 'The request body is too large.'],
  422: ['validation_error', BAD_ADDRESS],
  429: ['rate_limit_exceeded', 'Too many requests. Please limit the number of requests per second.'],
  500: ['internal_server_error', 'An unexpected error occurred.'],
};

const GATEWAY: Record<number, string> = {
  502: 'Bad gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway time-out',
};

export function resendQuota(period: 'daily' | 'monthly'): Answer {
  return resendError(429, `${period}_quota_exceeded`, `You have reached your ${period} email sending quota.`);
}

export function scriptedResendError({ status, error, message }: StatusEffect): Answer {
  const gateway = GATEWAY[status];
  if (gateway && !error) return gatewayAnswer(status, gateway);
  const [name, words] = BY_STATUS[status] ?? ['application_error', 'An unexpected error occurred.'];
  return resendError(status, error ?? name, message ?? words);
}
