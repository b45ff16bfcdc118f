import type { Instant } from '#domain/kernel/brand.js';
import { parseJson } from './json-api.js';

/** A signed call may be so old, unless its vendor is known to take longer, or so far ahead of our clock. */
const TOLERANCE_MS = 300_000;

/**
 * The JSON of a body; undefined for anything else. Bytes that are no UTF-8 are read as U+FFFD:
 * some mail host's Latin-1 in the words of one bounce must not cost us the other events of the call.
 */
export function jsonOf(body: Uint8Array): unknown {
  return parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
}

/** @param pastMs how old it may be; ahead of us it may be 300 s, which is a clock that is wrong and not a delay */
export function isFresh(signedAt: Instant, receivedAt: Instant, pastMs = TOLERANCE_MS): boolean {
  const age = receivedAt - signedAt;
  return age <= pastMs && age >= -TOLERANCE_MS;
}

/** Epoch seconds as a header has them; undefined for anything but digits. */
export function instantOfSeconds(text: string | undefined): Instant | undefined {
  return text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined;
}

/**
 * The bytes of a base64 text, only if it is the one text that those bytes have: Node skips what is no base64 and
 * ignores the last bits, so that one signature would have many spellings.
 */
export function base64Bytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}
