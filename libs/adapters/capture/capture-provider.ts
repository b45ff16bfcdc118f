import type { Outcome } from '#domain/delivery/model/outcome.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { CapturedMails } from '#ports/delivery/captured-mails.js';
import { type EmailProvider, plainEmail, type EmailCall } from '#ports/delivery/email-provider.js';
import type { ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { words } from '#adapters/email-providers/words.js';

export interface CaptureSettings {
  /** How many mails are kept; the oldest go. Default 20,000. */
  readonly keep?: number;
}

const KEEP = 20_000;

/** Sends nothing to anybody: mails end in the outbox page, where they can be looked at. */
export class CaptureProvider implements EmailProvider {
  readonly name = 'capture';
  readonly capabilities: ProviderCapabilities = {
    maxBatch: 500,
    maxBatchedMessageBytes: 200_000,
    idempotencyKey: true,
    hostedTemplates: false,
    attachments: true,
    maxInFlight: 4,
    rateUnit: 'messages',
  };
  readonly #mails: CapturedMails;
  readonly #clock: Clock;
  readonly #keep: number;

  constructor(settings: CaptureSettings, mails: CapturedMails, clock: Clock) {
    this.#mails = mails;
    this.#clock = clock;
    this.#keep = settings.keep ?? KEEP;
  }

  async send({ key, messages, timeoutMs }: EmailCall): Promise<readonly Outcome[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome>((resolve) => {
      timer = setTimeout(
        () => resolve({ kind: 'unknown', reason: `not stored within ${timeoutMs} ms` }),
        timeoutMs,
      );
    });
    try {
      const mails = messages.map(plainEmail);
      const stored = this.#mails.append({ key, messages: mails, at: this.#clock.now(), keep: this.#keep });
      const ids = await Promise.race([stored, late]);
      if ('kind' in ids) return messages.map(() => ids);
      return messages.map((_, index) => outcomeOf(ids[index]));
    } catch (error) {
      // A refusal (the disk is full) comes before anything is stored; of any other error one can't be sure.
      const kind = error instanceof Refusal ? 'unavailable' : 'unknown';
      const reason = words(error instanceof Error ? error.message : String(error));
      return messages.map(() => ({ kind, reason }));
    } finally {
      clearTimeout(timer);
    }
  }

  quota(): Promise<ProviderQuota> {
    return Promise.resolve({});
  }

  check(): Promise<{ ok: boolean; detail: string }> {
    return Promise.resolve({ ok: true, detail: 'Mails are captured, not sent.' });
  }

  close(): void {
    // There is nothing to end: the storage is not ours.
  }
}

function outcomeOf(id: string | undefined): Outcome {
  return id === undefined
    ? { kind: 'unknown', reason: 'no id' }
    : { kind: 'accepted', providerMessageId: id };
}
