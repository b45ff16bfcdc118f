import type { StatusEffect } from '../kit/fault-rules.js';
import { gatewayAnswer, jsonAnswer, type Answer } from '../kit/http-call.js';

export interface SendGridProblem {
  message: string;
  field: string | null;
  help: string | null;
}

const HELP = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html';

export function problem(field: string, message: string): SendGridProblem {
  return { message, field, help: `${HELP}#message.${field.replace(/\.\d+/g, '')}` };
}

export function badAddress(personalization: number, index: number): SendGridProblem {
  return problem(
    `personalizations.${personalization}.to.${index}.email`,
    'Does not contain a valid address.',
  );
}

export function sendGridErrors(status: number, problems: SendGridProblem[]): Answer {
  return { ...jsonAnswer(status, { errors: problems }), error: problems[0]?.message };
}

const BY_STATUS: Record<number, string> = {
  400: 'Bad Request',
  401: 'The provided authorization grant is invalid, expired, or revoked',
  403: 'access forbidden',
  404: 'not found',
  413: 'The maximum size of the message exceeds the limit of 30 MB.',
  429: 'too many requests',
  500: 'Internal Server Error',
};

const GATEWAY: Record<number, string> = {
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export const CREDITS_EXCEEDED = sendGridErrors(401, [
  { message: 'Maximum credits exceeded', field: null, help: null },
]);

export function sendGridError(status: number, message?: string): Answer {
  return sendGridErrors(status, [
    { message: message ?? BY_STATUS[status] ?? 'Error', field: null, help: null },
  ]);
}

export function scriptedSendGridError({ status, error, message }: StatusEffect): Answer {
  const gateway = GATEWAY[status];
  return gateway && !message && !error
    ? gatewayAnswer(status, gateway)
    : sendGridError(status, message ?? error);
}
