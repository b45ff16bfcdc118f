import { createPublicKey, createVerify, type KeyObject } from 'node:crypto';
import type { RawCallback } from '#ports/delivery/provider-callbacks.js';
import { base64Bytes, instantOfSeconds, isFresh } from '#adapters/http/signed-body.js';

/**
 * SendGrid goes on trying for 24 hours with the bytes, the time and the signature of the first try, so with 300 s as
 * elsewhere five minutes of ours being down would cost every event of those minutes. An hour more for the last try and for
 * clocks. That a day is long does no harm: told again, an event has the same `sg_event_id`, by which it is known.
 */
export const SENDGRID_MAX_AGE_MS = 25 * 3_600_000;

/**
 * SendGrid's Signed Event Webhook: ECDSA P-256 with SHA-256 over the timestamp and the body, byte for byte. The body
 * ends in CR LF, which is signed too: a reader that trims it refuses everything.
 */
export class EventWebhookSignature {
  readonly #key: KeyObject;

  /**
   * @param publicKey SPKI in base64, as SendGrid shows it
   * @throws Error if it is no such key
   */
  constructor(publicKey: string) {
    this.#key = keyOf(publicKey);
  }

  /** SendGrid leaves it to us how old a call may be: its documentation names no age, its own library checks none. */
  check({ headers, body, receivedAt }: RawCallback): 'good' | 'signature_invalid' | 'signature_stale' {
    const timestamp = headers['x-twilio-email-event-webhook-timestamp'] ?? '';
    const signature = base64Bytes(headers['x-twilio-email-event-webhook-signature'] ?? '');
    const signedAt = instantOfSeconds(timestamp);
    if (!signature || signedAt === undefined) return 'signature_invalid';
    if (!this.#isSigned(timestamp, body, signature)) return 'signature_invalid';
    return isFresh(signedAt, receivedAt, SENDGRID_MAX_AGE_MS) ? 'good' : 'signature_stale';
  }

  #isSigned(timestamp: string, body: Uint8Array, signature: Buffer): boolean {
    try {
      return createVerify('sha256').update(timestamp).update(body).verify(this.#key, signature);
    } catch {
      // Bytes that are no signature at all.
      return false;
    }
  }
}

function keyOf(publicKey: string): KeyObject {
  try {
    const der = base64Bytes(publicKey.trim()) ?? Buffer.alloc(0);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // As wrong as a key of another kind.
  }
  throw new Error('sendgrid: webhookPublicKey must be a P-256 public key in base64, as SendGrid shows it');
}
