import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import {
  BEGINNING,
  type Capture,
  type CapturedMail,
  capturedMailId,
  capturedMailNumber,
  type CapturedMails,
  type CapturedSummary,
} from '#ports/delivery/captured-mails.js';

/** The dispatches of a {@link MemoryDeliveryBackbone}: whose they are. */
type Owners = ReadonlyMap<DispatchId, { readonly dispatch: Pick<Dispatch, 'workspaceId'> }>;

interface Kept {
  readonly mail: CapturedMail;
  readonly key: string;
}

export class MemoryCapturedMails implements CapturedMails {
  readonly #dispatches: Owners;
  /** By number, the oldest first; everybody's, and beside it each workspace's (under undefined: nobody's). */
  readonly #mails = new Map<number, Kept>();
  readonly #numbers = new Map<WorkspaceId | undefined, Set<number>>();
  /** The number of each call's first mail, as long as one of its mails is kept. */
  readonly #calls = new Map<string, number>();
  #last = 0;

  /** Without dispatches to look in every mail is nobody's. */
  constructor(dispatches: Owners = new Map()) {
    this.#dispatches = dispatches;
  }

  append({ key, messages, at, keep }: Capture): Promise<readonly string[]> {
    const first = this.#calls.get(key) ?? this.#last + 1;
    const ids = messages.map((_, index) => capturedMailId(first + index));
    if (this.#calls.has(key)) return Promise.resolve(ids);
    this.#calls.set(key, first);
    const numbers = this.#numbersOf(this.#ownerOf(messages[0]?.deliveryId));
    for (const message of messages) {
      this.#last += 1;
      this.#mails.set(this.#last, { key, mail: { ...message, id: capturedMailId(this.#last), at } });
      numbers.add(this.#last);
    }
    this.#trim(numbers, Math.max(keep, messages.length));
    return Promise.resolve(ids);
  }

  page(request: PageRequest): Promise<Page<CapturedSummary>> {
    return this.#page([...this.#mails.keys()], request);
  }

  pageOf(workspaceId: WorkspaceId, request: PageRequest): Promise<Page<CapturedSummary>> {
    return this.#page([...(this.#numbers.get(workspaceId) ?? [])], request);
  }

  find(id: string): Promise<CapturedMail | undefined> {
    return Promise.resolve(this.#mails.get(capturedMailNumber(id) ?? 0)?.mail);
  }

  findOf(workspaceId: WorkspaceId, id: string): Promise<CapturedMail | undefined> {
    const isTheirs = this.#numbers.get(workspaceId)?.has(capturedMailNumber(id) ?? 0) ?? false;
    return isTheirs ? this.find(id) : Promise.resolve(undefined);
  }

  #page(numbers: readonly number[], { limit, after }: PageRequest): Promise<Page<CapturedSummary>> {
    const before = after === undefined ? Infinity : capturedMailNumber(after);
    if (before === undefined)
      return Promise.reject(new Refusal('invalid_cursor', 'The cursor is not one of ours.'));
    const older = numbers.filter((number) => number < before).reverse();
    const shown = older.slice(0, limit).flatMap((number) => summaryOf(this.#mails.get(number)));
    const next = older.length > limit ? (shown.at(-1)?.id ?? null) : null;
    return Promise.resolve({ data: shown, next });
  }

  #ownerOf(deliveryId = ''): WorkspaceId | undefined {
    const place = parseDeliveryId(deliveryId);
    return place && this.#dispatches.get(place.dispatchId)?.dispatch.workspaceId;
  }

  #numbersOf(owner: WorkspaceId | undefined): Set<number> {
    const numbers = this.#numbers.get(owner) ?? new Set();
    this.#numbers.set(owner, numbers);
    return numbers;
  }

  #trim(numbers: Set<number>, keep: number): void {
    for (const number of numbers) {
      if (numbers.size <= keep) break;
      const key = this.#mails.get(number)?.key;
      numbers.delete(number);
      this.#mails.delete(number);
      // The mails of a call have numbers without a gap, so this was its last one.
      if (key !== undefined && this.#mails.get(number + 1)?.key !== key) this.#calls.delete(key);
    }
  }
}

function summaryOf(kept: Kept | undefined): CapturedSummary[] {
  if (!kept) return [];
  const { id, at, deliveryId, from, to, subject, text } = kept.mail;
  const beginning = subject === '' && text !== undefined ? [...text].slice(0, BEGINNING).join('') : undefined;
  return [{ id, at, deliveryId, from, to, subject, ...(beginning !== undefined && { beginning }) }];
}
