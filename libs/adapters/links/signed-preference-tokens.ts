import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { PreferenceClaim, PreferenceTokens } from '#ports/delivery/preference-tokens.js';
import { HmacUnsubscribeTokens } from './hmac-unsubscribe-tokens.js';

const MAC_BYTES = 16;
/** Characters. An address of 254 and everything about it comes to 400. */
const LONGEST = 1024;
const TOKEN = /^[A-Za-z0-9_-]+$/;
/** The first character of what is sealed. */
const KINDS = { user: 'u', address: 'a' } as const;

/**
 * A subscriber's token is made like that of their unsubscribe link, under a key of its own: one is made for every mail of a
 * campaign that shows the link, and that takes two microseconds.
 *
 * Those of notifications name their recipient, so they are sealed: base64url(MAC; the text in AES-256-CTR with the MAC for
 * its initial counter). That is the construction of RFC 5297 with HMAC-SHA256: the same text gives the same token, for
 * ever, and whoever changes a bit gets another text, to which the MAC does not belong.
 */
export class SignedPreferenceTokens implements PreferenceTokens {
  readonly #ofSubscribers: HmacUnsubscribeTokens;
  readonly #macKey: Buffer;
  readonly #cipherKey: Buffer;

  /** @param key that of the signed links; what is used here is derived from it */
  constructor(key: Uint8Array) {
    const derived = (use: string): Buffer => createHmac('sha256', key).update(`preferences: ${use}`).digest();
    this.#ofSubscribers = new HmacUnsubscribeTokens(derived('subscribers'));
    this.#macKey = derived('mac');
    this.#cipherKey = derived('cipher');
  }

  sign(claim: PreferenceClaim): string {
    switch (claim.kind) {
      case 'subscriber':
        return this.#ofSubscribers.sign(claim.campaignId, claim.subscriberId);
      case 'user':
        return this.#seal(`${KINDS.user}${claim.workspaceId}\n${claim.userId}`);
      case 'address':
        return this.#seal(`${KINDS.address}${claim.workspaceId}\n${claim.address}`);
    }
  }

  verify(token: string): PreferenceClaim | undefined {
    const ids = this.#ofSubscribers.verify(token);
    if (ids) return { kind: 'subscriber', ...ids };
    const text = this.#open(token);
    const end = text?.indexOf('\n') ?? -1;
    if (text === undefined || end < 0) return undefined;
    const workspaceId = text.slice(1, end) as WorkspaceId;
    const rest = text.slice(end + 1);
    return text.startsWith(KINDS.user)
      ? { kind: 'user', workspaceId, userId: rest }
      : { kind: 'address', workspaceId, address: rest };
  }

  #seal(text: string): string {
    const plain = Buffer.from(text);
    const mac = this.#mac(plain);
    const cipher = createCipheriv('aes-256-ctr', this.#cipherKey, mac);
    return Buffer.concat([mac, cipher.update(plain), cipher.final()]).toString('base64url');
  }

  #open(token: string): string | undefined {
    if (token.length > LONGEST || !TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    // The last character may hold bits that stand for nothing: there is one way to write a token.
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) return undefined;
    const mac = bytes.subarray(0, MAC_BYTES);
    const cipher = createDecipheriv('aes-256-ctr', this.#cipherKey, mac);
    const plain = Buffer.concat([cipher.update(bytes.subarray(MAC_BYTES)), cipher.final()]);
    return timingSafeEqual(mac, this.#mac(plain)) ? plain.toString() : undefined;
  }

  #mac(plain: Buffer): Buffer {
    return createHmac('sha256', this.#macKey).update(plain).digest().subarray(0, MAC_BYTES);
  }
}
