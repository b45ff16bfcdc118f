import type { StatusEffect } from '../kit/fault-rules.js';
import type { Rejection } from '../kit/faults.js';

/** A reply that ends a stage. smtp-server sends `responseCode` and the message, and closes after a 421. */
export class SmtpReply extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, enhanced: string, words: string) {
    super(`${enhanced} ${words}`);
    this.responseCode = responseCode;
  }
}

const BY_STATUS: Record<number, [enhanced: string, words: string]> = {
  421: ['4.7.0', 'Try again later, closing connection.'],
  450: ['4.2.1', 'The user you are trying to contact is receiving mail at a rate that prevents delivery.'],
  451: ['4.7.1', 'Temporarily deferred, please try again later.'],
  452: ['4.3.1', 'Insufficient system storage.'],
  454: ['4.7.0', 'Throttling failure: Maximum sending rate exceeded.'],
  535: ['5.7.8', 'Authentication credentials invalid.'],
  550: ['5.1.1', 'The email account that you tried to reach does not exist.'],
  552: ['5.2.2', 'The mailbox is full.'],
  553: ['5.1.8', 'The sender address is not allowed.'],
  554: ['5.7.1', 'The message is rejected.'],
};

const BY_ENHANCED: Record<string, string> = {
  '5.7.26': 'Unauthenticated email is not accepted due to the DMARC policy of the sender domain.',
  '5.7.515': 'Access denied, sending domain does not meet the required authentication level.',
  '5.7.1': 'The message is rejected.',
};

export const DAILY_QUOTA = new SmtpReply(454, '4.7.0', 'Throttling failure: Daily message quota exceeded.');
export const RATE_EXCEEDED = new SmtpReply(
  454,
  '4.7.0',
  'Throttling failure: Maximum sending rate exceeded.',
);
export const BAD_CREDENTIALS = new SmtpReply(535, '5.7.8', 'Authentication credentials invalid.');
export const TOO_LARGE = new SmtpReply(552, '5.3.4', 'The message exceeds the maximum size.');

export function scriptedReply({
  status = 550,
  error,
  message,
}: Partial<StatusEffect> | Rejection): SmtpReply {
  const [enhanced, words] = BY_STATUS[status] ?? [status < 500 ? '4.3.0' : '5.3.0', 'The command failed.'];
  return new SmtpReply(
    status,
    error ?? enhanced,
    message ?? (error ? BY_ENHANCED[error] : undefined) ?? words,
  );
}
