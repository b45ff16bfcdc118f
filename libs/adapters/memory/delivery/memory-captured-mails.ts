import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import {
  type Capture,
  type CapturedMail,
  capturedMailId,
  capturedMailNumber,
  type CapturedMails,
  type CapturedSummary,
} from '#ports/delivery/captured-mails.js';

export class MemoryCapturedMails implements CapturedMails {
  /** By number, the oldest first. */
  readonly #mails = new Map<number, { readonly mail: CapturedMail; readonly key: string }>();
  /** The number of each call's first mail, as long as one of its mails is kept. */
  readonly #calls = new Map<string, number>();
  #last = 0;

  append({ key, messages, at, keep }: Capture): Promise<readonly string[]> {
    const first = this.#calls.get(key) ?? this.#last + 1;
    const ids = messages.map((_, index) => capturedMailId(first + index));
    if (this.#calls.has(key)) return Promise.resolve(ids);
    this.#calls.set(key, first);
    for (const message of messages) {
      this.#last += 1;
      this.#mails.set(this.#last, { key, mail: { ...message, id: capturedMailId(this.#last), at } });
    }
    this.#trim(Math.max(keep, messages.length));
    return Promise.resolve(ids);
  }

  page({ limit, after }: PageRequest): Promise<Page<CapturedSummary>> {
    const before = after === undefined ? Infinity : capturedMailNumber(after);
    if (before === undefined)
      return Promise.reject(new Refusal('invalid_cursor', 'The cursor is not one of ours.'));
    const older = [...this.#mails].filter(([number]) => number < before).reverse();
    const shown = older.slice(0, limit).map(([, { mail }]) => summaryOf(mail));
    const next = older.length > limit ? (shown.at(-1)?.id ?? null) : null;
    return Promise.resolve({ data: shown, next });
  }

  find(id: string): Promise<CapturedMail | undefined> {
    return Promise.resolve(this.#mails.get(capturedMailNumber(id) ?? 0)?.mail);
  }

  #trim(keep: number): void {
    for (const [number, { key }] of this.#mails) {
      if (number > this.#last - keep) break;
      this.#mails.delete(number);
      if (this.#mails.get(number + 1)?.key !== key) this.#calls.delete(key);
    }
  }
}

function summaryOf({ id, at, deliveryId, from, to, subject }: CapturedMail): CapturedSummary {
  return { id, at, deliveryId, from, to, subject };
}
