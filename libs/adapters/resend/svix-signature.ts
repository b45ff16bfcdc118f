import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RawCallback } from '#ports/delivery/provider-callbacks.js';
import { base64Bytes, instantOfSeconds, isFresh } from '#adapters/http/signed-body.js';

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

export type SvixCheck =
  | { readonly kind: 'good'; readonly id: string }
  | { readonly kind: 'refused'; readonly code: 'signature_invalid' | 'signature_stale' };

/**
 * The signature scheme of Svix, which Standard Webhooks has made its own: HMAC-SHA256 over `id.timestamp.body`. The
 * header may hold several signatures, one for each secret while the vendor changes them; one good one is enough.
 */
export class SvixSignature {
  readonly #key: Buffer;

  /** @throws Error unless the secret is one of 24 to 64 bytes, as the scheme has them */
  constructor(secret: string) {
    const key = base64Bytes(SECRET.exec(secret)?.[1] ?? '');
    if (!key || key.length < 24 || key.length > 64) {
      throw new Error('resend: webhookSecret must be whsec_ and the base64 of 24 to 64 bytes');
    }
    this.#key = key;
  }

  check({ headers, body, receivedAt }: RawCallback): SvixCheck {
    const brand = headers['svix-id'] === undefined ? 'webhook' : 'svix';
    const id = headers[`${brand}-id`] ?? '';
    const timestamp = headers[`${brand}-timestamp`] ?? '';
    const signedAt = instantOfSeconds(timestamp);
    const isSigned = this.#isSigned(id, timestamp, body, headers[`${brand}-signature`] ?? '');
    if (id === '' || signedAt === undefined || !isSigned)
      return { kind: 'refused', code: 'signature_invalid' };
    return isFresh(signedAt, receivedAt)
      ? { kind: 'good', id }
      : { kind: 'refused', code: 'signature_stale' };
  }

  /** Looks at every signature, also after a good one. */
  #isSigned(id: string, timestamp: string, body: Uint8Array, signatures: string): boolean {
    const mac = createHmac('sha256', this.#key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    const expected = Buffer.from(`v1,${mac}`);
    return signatures
      .split(' ')
      .map((text) => Buffer.from(text))
      .map((given) => given.length === expected.length && timingSafeEqual(given, expected))
      .includes(true);
  }
}
