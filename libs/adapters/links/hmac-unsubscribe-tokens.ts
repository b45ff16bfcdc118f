import { hash, timingSafeEqual } from 'node:crypto';
import type { UnsubscribeClaim, UnsubscribeTokens } from '#ports/campaign/unsubscribe-tokens.js';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** What each character stands for, by its code. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));
const ID_BYTES = 16;
const PAYLOAD_BYTES = 2 * ID_BYTES;
/** 128 bits of a MAC: RFC 2104 calls half of the hash enough. */
const MAC_BYTES = 16;
const BLOCK_BYTES = 64;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/**
 * base64url(campaign ULID, 16 bytes; subscriber ULID, 16 bytes; HMAC-SHA256 over both, cut to 16 bytes): 64 characters.
 *
 * One is made for every mail. `createHmac` builds a key object each time, which took 50 µs, more than everything else that
 * is done for a mail together; HMAC as RFC 2104 writes it, from two one-shot hashes, takes two. (As strings: a hash given
 * as a Buffer has memory of its own to be allocated and collected, which is more than half of its cost.)
 */
export class HmacUnsubscribeTokens implements UnsubscribeTokens {
  /** `key XOR ipad`, then the payload. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + PAYLOAD_BYTES, 0x36);
  /** `key XOR opad`, then the inner hash. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + 32, 0x5c);
  readonly #token = Buffer.alloc(PAYLOAD_BYTES + MAC_BYTES);
  #lastCampaign = '';

  /** @param key at most 64 bytes, all of them used */
  constructor(key: Uint8Array) {
    if (key.length > BLOCK_BYTES)
      throw new Error('The key of signed links is longer than a block of the hash.');
    for (const [at, byte] of key.entries()) {
      this.#inner[at] = (this.#inner[at] ?? 0) ^ byte;
      this.#outer[at] = (this.#outer[at] ?? 0) ^ byte;
    }
  }

  sign(campaignId: string, subscriberId: string): string {
    // A run of mails is of one campaign.
    if (campaignId !== this.#lastCampaign) writeUlid(campaignId, this.#inner, BLOCK_BYTES);
    this.#lastCampaign = campaignId;
    writeUlid(subscriberId, this.#inner, BLOCK_BYTES + ID_BYTES);
    this.#inner.copy(this.#token, 0, BLOCK_BYTES);
    this.#token.write(this.#mac(), PAYLOAD_BYTES, MAC_BYTES, 'latin1');
    return this.#token.toString('base64url');
  }

  verify(token: string): UnsubscribeClaim | undefined {
    if (!TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const payload = bytes.subarray(0, PAYLOAD_BYTES);
    this.#lastCampaign = '';
    payload.copy(this.#inner, BLOCK_BYTES);
    const mac = Buffer.from(this.#mac(), 'latin1').subarray(0, MAC_BYTES);
    if (!timingSafeEqual(bytes.subarray(PAYLOAD_BYTES), mac)) return undefined;
    return {
      campaignId: `cmp_${ulidOf(payload.subarray(0, ID_BYTES))}`,
      subscriberId: `sub_${ulidOf(payload.subarray(ID_BYTES))}`,
    };
  }

  /** Over the payload that stands in the inner block: 32 bytes, a character each. */
  #mac(): string {
    this.#outer.write(hash('sha256', this.#inner, 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'binary');
  }
}

/** The 128 bits of an id's ULID: 26 digits of five bits, of which the first two are always zero. */
function writeUlid(id: string, into: Buffer, offset: number): void {
  let held = 0;
  let bits = -2;
  let at = offset;
  for (let i = id.indexOf('_') + 1; i < id.length && at < offset + ID_BYTES; i++) {
    held = (held << 5) | (DIGITS[id.charCodeAt(i)] ?? 0);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    into[at++] = (held >>> bits) & 255;
    held &= (1 << bits) - 1;
  }
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
