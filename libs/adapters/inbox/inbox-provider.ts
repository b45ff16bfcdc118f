import { createHash } from 'node:crypto';
import { words } from '#adapters/email-providers/words.js';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { base32, encodeTime } from '#domain/kernel/ulid.js';
import type { Inbox } from '#ports/communication/inbox.js';
import type { InboxMessage } from '#ports/delivery/inbox-provider.js';
import type {
  MessageProvider,
  ProviderCall,
  ProviderCapabilities,
  ProviderQuota,
} from '#ports/delivery/message-provider.js';
import type { Clock } from '#ports/system/clock.js';

/** What is sent lies in the inbox: the provider is our own storage. */
export class InboxProvider implements MessageProvider<InboxMessage> {
  readonly name = 'inbox';
  readonly capabilities: ProviderCapabilities = {
    maxBatch: 500,
    maxBatchedMessageBytes: 200_000,
    // Not by the call's key: an item is known by its delivery, and a second one of it is never made.
    idempotencyKey: true,
    hostedTemplates: false,
    attachments: false,
    maxInFlight: 4,
    rateUnit: 'messages',
  };
  readonly #inbox: Inbox;
  readonly #clock: Clock;

  constructor(inbox: Inbox, clock: Clock) {
    this.#inbox = inbox;
    this.#clock = clock;
  }

  async send({ messages, timeoutMs }: ProviderCall<InboxMessage>): Promise<readonly Outcome[]> {
    let cancel = (): void => {};
    const late = new Promise<Outcome>((resolve) => {
      cancel = this.#clock.after(timeoutMs, () =>
        resolve({ kind: 'unknown', reason: `not stored within ${timeoutMs} ms` }),
      );
    });
    try {
      const now = this.#clock.now();
      const stored = this.#inbox.put(messages.map((message) => itemOf(message, now)));
      const items = await Promise.race([stored, late]);
      if ('kind' in items) return messages.map(() => items);
      return messages.map((_, index) => outcomeOf(items[index]));
    } catch (error) {
      // A refusal (the disk is full) comes before anything is stored; of any other error one can't be sure.
      const kind = error instanceof Refusal ? 'unavailable' : 'unknown';
      const reason = words(error instanceof Error ? error.message : String(error));
      return messages.map(() => ({ kind, reason }));
    } finally {
      cancel();
    }
  }

  quota(): Promise<ProviderQuota> {
    return Promise.resolve({});
  }

  check(): Promise<{ ok: boolean; detail: string }> {
    return Promise.resolve({ ok: true, detail: 'Items are kept in the storage.' });
  }

  close(): void {
    // There is nothing to end: the storage is not ours.
  }
}

function itemOf(message: InboxMessage, now: Instant): InboxItem {
  const { deliveryId, workspaceId, to: userId, type, title, body, url, data } = message;
  return {
    id: itemId(message, now),
    workspaceId,
    userId,
    deliveryId,
    type,
    title,
    body,
    ...(url !== undefined && { url }),
    data,
    state: 'unseen',
    createdAt: now,
  };
}

/** Follows from the delivery, so that an item needs no source of ids; nobody can guess one who cannot guess that. */
function itemId({ workspaceId, deliveryId }: InboxMessage, now: Instant): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([workspaceId, deliveryId]))
    .digest();
  return `inb_${encodeTime(now)}${base32(digest.subarray(0, 10))}`;
}

/** The store answers what is kept: of a repeated call the items that the first one made. */
function outcomeOf(item: InboxItem | undefined): Outcome {
  return item === undefined
    ? { kind: 'unknown', reason: 'it was not kept' }
    : { kind: 'accepted', providerMessageId: item.id };
}
