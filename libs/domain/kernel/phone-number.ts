import type { Brand } from './brand.js';

/** A number as the world dials it, E.164: `+`, then 7 to 15 digits, the first not 0. */
export type PhoneNumber = Brand<string, 'PhoneNumber'>;

/** What people write between the digits. */
const PUNCTUATION = /[ ().\u00a0\u2010-\u2015/-]/g;
const E164 = /^\+[1-9]\d{6,14}$/;
const CONTROL = /[\u0000-\u001f\u007f]/;
/** No number is written longer, punctuation and all. */
const TEXT_LIMIT = 40;

/**
 * Reads one number in international form, however it is punctuated; `00` may stand for the `+`. A national number is none:
 * whose country would it be? Undefined if it is not one.
 */
export function parsePhoneNumber(text: string): PhoneNumber | undefined {
  if (text.length > TEXT_LIMIT || CONTROL.test(text)) return undefined;
  const digits = text.trim().replace(PUNCTUATION, '').replace(/^00/, '+');
  return E164.test(digits) ? (digits as PhoneNumber) : undefined;
}
