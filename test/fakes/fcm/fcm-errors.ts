import type { StatusEffect } from '../kit/fault-rules.js';
import { gatewayAnswer, jsonAnswer, type Answer } from '../kit/http-call.js';

export interface FieldViolation {
  field: string;
  description: string;
}

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

/** An error as every Google API words it: the HTTP status again, a canonical code, and typed details. */
export function googleError(status: number, canonical: string, message: string, details?: object[]): Answer {
  const error = { code: status, message, status: canonical, ...(details && { details }) };
  return { ...jsonAnswer(status, { error }), error: canonical };
}

type Row = [status: number, canonical: string, message: string];

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode */
const BY_ERROR_CODE: Readonly<Record<string, Row>> = {
  UNREGISTERED: [404, 'NOT_FOUND', 'Requested entity was not found.'],
  INVALID_ARGUMENT: [400, 'INVALID_ARGUMENT', 'The registration token is not a valid FCM registration token'],
  SENDER_ID_MISMATCH: [403, 'PERMISSION_DENIED', 'SenderId mismatch'],
  THIRD_PARTY_AUTH_ERROR: [401, 'UNAUTHENTICATED', 'Auth error from APNS or Web Push Service'],
  QUOTA_EXCEEDED: [429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for messages per minute.'],
  UNAVAILABLE: [503, 'UNAVAILABLE', 'The service is currently unavailable.'],
  INTERNAL: [500, 'INTERNAL', 'Internal error encountered.'],
};

/** What stands in front of FCM says these: without FCM's own error code. */
const BY_STATUS: Readonly<Record<number, [canonical: string, message: string]>> = {
  401: [
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  ],
  403: ['PERMISSION_DENIED', 'The caller does not have permission'],
  404: ['NOT_FOUND', 'Requested entity was not found.'],
  429: ['RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'],
  500: ['INTERNAL', 'Internal error encountered.'],
  503: ['UNAVAILABLE', 'The service is currently unavailable.'],
};

const GATEWAY: Readonly<Record<number, string>> = { 502: 'Bad gateway', 504: 'Gateway time-out' };

/** An error in FCM's own words, by its error code. */
export function fcmError(errorCode: string, message?: string, httpStatus?: number): Answer {
  const [status, canonical, words] = BY_ERROR_CODE[errorCode] ?? [500, 'UNKNOWN', 'Unknown error.'];
  const details = [{ '@type': FCM_ERROR, errorCode }];
  return {
    ...googleError(httpStatus ?? status, canonical, message ?? words, details),
    error: errorCode,
  };
}

/** The request itself is wrong, and where. */
export function badRequest(fieldViolations: FieldViolation[]): Answer {
  const message = fieldViolations[0]?.description ?? 'Request contains an invalid argument.';
  return googleError(400, 'INVALID_ARGUMENT', message, [{ '@type': BAD_REQUEST, fieldViolations }]);
}

/** `error`: one of FCM's error codes. Without it the answer is what Google's front says with that status. */
export function scriptedFcmError({ status, error, message }: StatusEffect): Answer {
  if (error !== undefined) return fcmError(error, message, status);
  if (status === 400) {
    return badRequest([
      { field: 'message', description: message ?? 'Request contains an invalid argument.' },
    ]);
  }
  const gateway = GATEWAY[status];
  if (gateway) return gatewayAnswer(status, gateway);
  const [canonical, words] = BY_STATUS[status] ?? ['UNKNOWN', 'Unknown error.'];
  return googleError(status, canonical, message ?? words);
}
