import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who is leaving, and by which campaign's mail. */
export interface UnsubscribeClaim {
  readonly campaignId: string;
  readonly subscriberId: string;
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_BYTES = 16;
const MAC_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/**
 * Signed links need no row to be looked up and work for as long as the key lives. A token is
 * base64url(campaign ULID, 16 bytes; subscriber ULID, 16 bytes; HMAC-SHA256 over both, cut to 16 bytes): 64 characters, no
 * address in it. 128 bits of a MAC are what RFC 2104 calls enough.
 */
export class UnsubscribeTokens {
  readonly #key: Uint8Array;
  #lastCampaign = '';
  #lastBytes: Buffer = Buffer.alloc(ID_BYTES);

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  sign(campaignId: string, subscriberId: string): string {
    // A run of mails is of one campaign.
    if (campaignId !== this.#lastCampaign) {
      this.#lastBytes = bytesOf(campaignId);
      this.#lastCampaign = campaignId;
    }
    const payload = Buffer.concat([this.#lastBytes, bytesOf(subscriberId)]);
    return Buffer.concat([payload, this.#mac(payload)]).toString('base64url');
  }

  /** Undefined for whatever was not signed with this key, in constant time. */
  verify(token: string): UnsubscribeClaim | undefined {
    if (!TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const payload = bytes.subarray(0, 2 * ID_BYTES);
    if (!timingSafeEqual(bytes.subarray(2 * ID_BYTES), this.#mac(payload))) return undefined;
    return {
      campaignId: `cmp_${ulidOf(payload.subarray(0, ID_BYTES))}`,
      subscriberId: `sub_${ulidOf(payload.subarray(ID_BYTES))}`,
    };
  }

  #mac(payload: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(payload).digest().subarray(0, MAC_BYTES);
  }
}

/** The 128 bits of an id's ULID: 26 digits of five bits, the first two bits always zero. */
function bytesOf(id: string): Buffer {
  const text = id.slice(id.indexOf('_') + 1);
  const bytes = Buffer.alloc(ID_BYTES);
  let held = 0;
  let bits = -2;
  let at = 0;
  for (let i = 0; i < text.length && at < ID_BYTES; i++) {
    held = (held << 5) | ALPHABET.indexOf(text.charAt(i));
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >>> bits) & 255;
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}

function ulidOf(bytes: Uint8Array): string {
  let held = 0;
  let bits = 2;
  let text = '';
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >>> bits) & 31);
      held &= (1 << bits) - 1;
    }
  }
  return text;
}
