import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';

export type Provider = 'ses' | 'resend' | 'sendgrid' | 'smtp' | 'twilio' | 'whatsapp' | 'fcm';

/** The tag (SendGrid: custom argument) in which a caller sends its own delivery id. SMTP has a header for it. */
export const DELIVERY_TAG = 'posthorn_delivery';
export const DELIVERY_HEADER = 'x-posthorn-delivery';

/**
 * - `request`: every byte of a send call has arrived (SMTP: MAIL FROM has), nothing is decided yet.
 * - `accepted`: the vendor took responsibility for one recipient. This is the line a checker counts.
 * - `rejected`: one recipient was turned down inside a call. `refused`: the whole call was.
 * - `replayed`: answered from an idempotency key's memory, nothing was sent.
 * - `remembered`: what an idempotency key stands for, so that a restarted fake still knows it.
 * - `unrendered`: accepted, but the hosted template could not be filled, so no mail ever comes of it.
 * - `answered`: the answer was handed to the socket. `dropped`: the connection was cut instead.
 *   `hung`: no answer is given until the call is released.
 * - `faults`: the rules were changed.
 */
export type JournalKind =
  | 'request'
  | 'accepted'
  | 'rejected'
  | 'refused'
  | 'replayed'
  | 'remembered'
  | 'unrendered'
  | 'answered'
  | 'dropped'
  | 'hung'
  | 'faults';

export interface JournalEntry {
  /** Epoch milliseconds. */
  at: number;
  provider: Provider;
  kind: JournalKind;
  /** One per call to the vendor (one per message transaction for SMTP), unique across restarts. */
  callId: string;
  /** The caller's own id, from `DELIVERY_TAG` or `DELIVERY_HEADER`. */
  deliveryId?: string | undefined;
  /** The envelope address; of a `request`, where it carries only one and that was looked at. */
  to?: string | undefined;
  messageId?: string | undefined;
  idempotencyKey?: string | undefined;
  /** HTTP or SMTP status. */
  status?: number | undefined;
  /** The vendor's own name or words for what went wrong. */
  error?: string | undefined;
  /** The name (or kind) of the scripted rule that decided this. */
  fault?: string | undefined;
  method?: string | undefined;
  path?: string | undefined;
  /** How many recipients a `request` carries, when that was looked at. */
  recipients?: number | undefined;
  /** SHA-256 of a remembered call's body, hex. */
  fingerprint?: string | undefined;
  /** The remembered answer's body. */
  answer?: string | undefined;
}

/**
 * An append-only file of JSON lines: the truth about what a vendor was asked and what it accepted.
 *
 * `append` returns once the kernel has the lines (one `write` for all of them), and a fake calls it before it writes
 * the answer that they belong to. A kill -9 of either process at any instant therefore leaves every acceptance that a
 * client can have heard of in the file. With `durable` it also survives a loss of power, at the price of one fdatasync.
 */
export class Journal {
  readonly path: string;
  readonly #fd: number;
  readonly #durable: boolean;

  constructor(path: string, durable = false) {
    this.path = path;
    this.#durable = durable;
    this.#fd = openSync(path, 'a+');
    this.#cutTornTail();
  }

  append(entries: readonly JournalEntry[]): void {
    if (entries.length === 0) return;
    let text = '';
    for (const entry of entries) text += `${JSON.stringify(entry)}\n`;
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done);
    if (this.#durable) fdatasyncSync(this.#fd);
  }

  /** The entries from byte `offset` on, and the offset to ask for next. */
  since(offset: number): { entries: JournalEntry[]; next: number } {
    const { size } = fstatSync(this.#fd);
    const bytes = Buffer.alloc(Math.max(0, size - offset));
    const read = readSync(this.#fd, bytes, 0, bytes.length, offset);
    const { entries, length } = parseLines(bytes.subarray(0, read));
    return { entries, next: offset + length };
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** A line torn by a dying fake was never answered: nobody was told, so it did not happen. */
  #cutTornTail(): void {
    const { size } = fstatSync(this.#fd);
    const whole = parseLines(readFileSync(this.path)).length;
    if (whole < size) ftruncateSync(this.#fd, whole);
  }
}

/**
 * Reads a journal, of a living or a dead fake. A last line without its newline is left out (see `Journal`); any other
 * line that is not JSON throws, because a checker that skips evidence proves nothing. A missing file reads as empty.
 */
export function readJournal(path: string): JournalEntry[] {
  try {
    return parseLines(readFileSync(path)).entries;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parseLines(bytes: Buffer): { entries: JournalEntry[]; length: number } {
  const entries: JournalEntry[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10, start); end !== -1; end = bytes.indexOf(10, start)) {
    if (end > start) entries.push(JSON.parse(bytes.toString('utf8', start, end)) as JournalEntry);
    start = end + 1;
  }
  return { entries, length: start };
}
