import PostalMime from 'postal-mime';
import type { Provider } from './journal.js';

export interface MailContent {
  from: string;
  /** Envelope recipients: a blind copy is here, and in no header. */
  to: string[];
  subject: string;
  html?: string | undefined;
  text?: string | undefined;
  /** Names in lower case; a header that came several times has its values joined by a newline. */
  headers: Record<string, string>;
  tags: Record<string, string>;
  attachments: { filename: string; contentType: string; bytes: number }[];
  /** The message as it came over the wire, for the vendors that take MIME. */
  raw?: Buffer | undefined;
}

/** A mail that a vendor accepted and would have delivered. */
export interface Mail extends MailContent {
  /** Counts up from 1 as the fake accepts mails. */
  n: number;
  /** Epoch milliseconds. */
  at: number;
  provider: Provider;
  callId: string;
  messageId: string;
  deliveryId?: string | undefined;
}

/** The last `capacity` accepted mails, oldest first. */
export class Mailbag {
  readonly capacity: number;
  #mails: Mail[] = [];
  #count = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  add(mail: Omit<Mail, 'n'>): void {
    this.#count += 1;
    if (this.capacity === 0) return;
    this.#mails.push({ n: this.#count, ...mail });
    // Dropping one at a time would move the whole array for each mail.
    if (this.#mails.length >= this.capacity * 2) this.#mails = this.#mails.slice(-this.capacity);
  }

  all(): Mail[] {
    return this.#mails.slice(-this.capacity);
  }

  get(n: number): Mail | undefined {
    return this.all().find((mail) => mail.n === n);
  }

  clear(): void {
    this.#mails = [];
  }
}

/** Reads a MIME message as a mail client would, keeping the bytes. `to` is the envelope's, not the header's. */
export async function readMime(raw: Buffer, to: string[]): Promise<MailContent> {
  const parsed = await PostalMime.parse(raw);
  const headers: Record<string, string> = {};
  for (const { key, value } of parsed.headers) {
    const name = key.toLowerCase();
    headers[name] = name in headers ? `${headers[name]}\n${value}` : value;
  }
  return {
    from: headers['from'] ?? '',
    to,
    subject: parsed.subject ?? '',
    html: parsed.html,
    text: parsed.text,
    headers,
    tags: {},
    attachments: parsed.attachments.map((attachment) => ({
      filename: attachment.filename ?? '',
      contentType: attachment.mimeType,
      bytes: sizeOf(attachment.content),
    })),
    raw,
  };
}

function sizeOf(content: ArrayBuffer | Uint8Array | string): number {
  return typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
}
