import type { EmailMessage } from '#ports/delivery/email-provider.js';
import { formatMailbox, parseMailbox } from '#adapters/email-providers/mailbox.js';
import { shareLines } from '#adapters/email-providers/shared-lines.js';

/** The JSON of one email. */
export function singleRequest(message: EmailMessage): string {
  const { html, text } = message;
  return JSON.stringify({ ...headOf(message), html, text, ...tailOf(message) });
}

/**
 * The JSON of a batch, byte for byte what `JSON.stringify` would make of it: the same call always has the same bytes,
 * which is what Resend compares under an idempotency key. The lines that all messages share are escaped and encoded
 * once and copied into each; that is most of the work.
 */
export function batchRequest(messages: readonly EmailMessage[]): Buffer {
  const html = jsonStrings(messages.map((message) => message.html));
  const text = jsonStrings(messages.map((message) => message.text));
  const [first] = messages;
  const about = 1024 + ((first?.html ?? '').length + (first?.text ?? '').length) * 1.25;
  const out = new GrowingBuffer(Math.ceil(messages.length * about));
  messages.forEach((message, at) => {
    out.write(at === 0 ? '[' : ',');
    out.write(JSON.stringify(headOf(message)).slice(0, -1));
    if (message.html !== undefined) {
      out.write(',"html":');
      html(out, at);
    }
    if (message.text !== undefined) {
      out.write(',"text":');
      text(out, at);
    }
    out.write(`,${JSON.stringify(tailOf(message)).slice(1)}`);
  });
  out.write(']');
  return out.bytes();
}

function headOf({ from, to, replyTo, subject }: EmailMessage): object {
  return {
    from: formatMailbox(parseMailbox(from)),
    to: [formatMailbox(parseMailbox(to))],
    ...(replyTo === undefined ? {} : { reply_to: formatMailbox(parseMailbox(replyTo)) }),
    subject,
  };
}

function tailOf({ headers, deliveryId }: EmailMessage): object {
  return { headers, tags: [{ name: 'posthorn_delivery', value: deliveryId }] };
}

/** Writes the n-th text as a JSON string. */
function jsonStrings(texts: readonly (string | undefined)[]): (out: GrowingBuffer, n: number) => void {
  const { pieces, own } = shareLines(texts.map((text) => text ?? ''));
  const encoded = pieces.map((piece) => Buffer.from(escaped(piece)));
  return (out, n) => {
    out.write('"');
    encoded.forEach((piece, at) => {
      out.copy(piece);
      const line = own[n]?.[at];
      if (line !== undefined) out.write(escaped(line));
    });
    out.write('"');
  };
}

/** A JSON string without its quotes. Escaping goes character by character, so parts may be escaped one by one. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

class GrowingBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  write(text: string): void {
    // A UTF-16 unit becomes three bytes at most.
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  copy(piece: Buffer): void {
    this.#reserve(piece.length);
    this.#length += piece.copy(this.#bytes, this.#length);
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
