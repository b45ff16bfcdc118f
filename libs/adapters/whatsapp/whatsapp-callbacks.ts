import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { CallbackReading, ProviderCallbacks, RawCallback } from '#ports/delivery/provider-callbacks.js';
import { parseJson } from '#adapters/http/json-api.js';
import { readWhatsAppNews } from './whatsapp-news.js';

export interface WhatsAppCallbackSettings {
  /** Of the Meta app: it signs what is called back. */
  readonly appSecret: string;
  /** Chosen by us and told to Meta, which shows it once when the address is set up. */
  readonly verifyToken: string;
  /** An app is called back for all of its numbers; given this one, what is told of the others is passed over. */
  readonly phoneNumberId?: string;
}

const REFUSED: CallbackReading = { kind: 'refused', code: 'signature_invalid' };
const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;
/** Meta's is a number. What is echoed goes into an answer, so nothing may be in it that a browser would act upon. */
const CHALLENGE = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * What WhatsApp calls back: the handshake by GET, then statuses and messages by POST, signed with HMAC-SHA256 over the
 * bytes of the body. The scheme carries no time, so an old call can be sent again; its events have the keys they had.
 */
export class WhatsAppCallbacks implements ProviderCallbacks {
  readonly provider = 'whatsapp';
  readonly #settings: WhatsAppCallbackSettings;

  /** @throws Error if a secret is empty: with an empty key anybody can sign */
  constructor(settings: WhatsAppCallbackSettings) {
    if (settings.appSecret === '' || settings.verifyToken === '')
      throw new Error('whatsapp: appSecret and verifyToken must not be empty');
    this.#settings = settings;
  }

  read(callback: RawCallback): Promise<CallbackReading> {
    return Promise.resolve(callback.method === 'GET' ? this.#handshake(callback.url) : this.#news(callback));
  }

  #handshake(url: string): CallbackReading {
    // The address may come without scheme and host; only the query matters.
    const base = 'http://localhost';
    if (!URL.canParse(url, base)) return REFUSED;
    const query = new URL(url, base).searchParams;
    const challenge = query.get('hub.challenge') ?? '';
    const known = sameSecret(query.get('hub.verify_token') ?? '', this.#settings.verifyToken);
    if (!known || query.get('hub.mode') !== 'subscribe' || !CHALLENGE.test(challenge)) return REFUSED;
    return { kind: 'answer', body: challenge };
  }

  #news({ headers, body, receivedAt }: RawCallback): CallbackReading {
    if (!this.#isSigned(headers['x-hub-signature-256'], body)) return REFUSED;
    const payload = parseJson(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
    const news = readWhatsAppNews(payload, receivedAt, this.#settings.phoneNumberId);
    return news === undefined
      ? { kind: 'malformed', reason: 'not JSON with a list of entries' }
      : { kind: 'told', ...news };
  }

  #isSigned(signature: string | undefined, body: Uint8Array): boolean {
    const hex = SIGNATURE.exec(signature ?? '')?.[1];
    if (hex === undefined) return false;
    const expected = createHmac('sha256', this.#settings.appSecret).update(body).digest();
    return timingSafeEqual(Buffer.from(hex, 'hex'), expected);
  }
}

/** Hashed first: what is compared is then of one length, whatever was sent. */
function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}
