import type { StatusEffect } from '../kit/fault-rules.js';
import { gatewayAnswer, jsonAnswer, type Answer } from '../kit/http-call.js';

type Words = readonly [status: number, message: string];

/** https://www.twilio.com/docs/api/errors, as far as anything here says them. */
const BY_CODE: Readonly<Record<number, Words>> = {
  20003: [401, 'Authenticate'],
  20005: [403, 'Account not active'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'Internal Server Error'],
  20503: [503, 'Service Unavailable'],
  21211: [400, "Invalid 'To' Phone Number"],
  21212: [400, "Invalid 'From' Phone Number"],
  21408: [400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [400, "The 'From' number is not a valid, SMS-capable Twilio number for this destination."],
  21609: [400, "The 'StatusCallback' URL is not a valid URL."],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21611: [429, "This 'From' number has exceeded the maximum number of queued messages"],
  21612: [400, "Message cannot be sent with the current combination of 'To' and 'From' parameters"],
  21614: [400, "'To' number is not a valid mobile number"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21624: [400, 'Invalid validity period value'],
  21701: [400, 'The Messaging Service does not exist'],
  63038: [429, 'Account exceeded the daily messages limit'],
};

const BY_STATUS: Readonly<Record<number, number>> = {
  400: 21211,
  401: 20003,
  403: 20005,
  404: 20404,
  429: 20429,
  500: 20500,
  503: 20503,
};

const GATEWAY: Readonly<Record<number, string>> = { 502: 'Bad Gateway', 504: 'Gateway Timeout' };

/**
 * The numbers that always provoke an error: those of Twilio's test credentials
 * (https://www.twilio.com/docs/iam/test-credentials), and the same for a sender.
 */
export const MAGIC_RECIPIENTS: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
export const MAGIC_SENDERS: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
};

export function twilioError(code: number, change: { status?: number; message?: string } = {}): Answer {
  const [status, message] = BY_CODE[code] ?? [400, 'Error'];
  const body = {
    code,
    message: change.message ?? message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status: change.status ?? status,
  };
  return { ...jsonAnswer(body.status, body), error: String(code) };
}

/** A script names a code in `error`, or leaves it to the one that comes with the status. */
export function scriptedTwilioError({ status, error, message }: StatusEffect): Answer {
  const gateway = GATEWAY[status];
  if (gateway && error === undefined) return gatewayAnswer(status, gateway);
  const code = Number(error ?? BY_STATUS[status] ?? 20001);
  return twilioError(code, { status, ...(message === undefined ? {} : { message }) });
}
