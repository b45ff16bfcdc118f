import type { Outcome } from '#domain/delivery/model/outcome.js';
import { plainText, type Text } from '#domain/kernel/text.js';

/** One finished e-mail. Header values hold no CR or LF, addresses are validated: the domain has seen to it. */
export interface EmailMessage {
  /** Travels with the message as the provider's tag `posthorn_delivery`, and comes back in its events. */
  readonly deliveryId: string;
  /** `Name <address>` or a bare address. */
  readonly from: string;
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly html?: Text;
  readonly text?: Text;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message with its parts put together, for whoever has no use for pieces. */
export interface PlainEmail extends EmailMessage {
  readonly html?: string;
  readonly text?: string;
}

export function plainEmail(message: EmailMessage): PlainEmail {
  const { html, text, ...rest } = message;
  return {
    ...rest,
    ...(html !== undefined && { html: plainText(html) }),
    ...(text !== undefined && { text: plainText(text) }),
  };
}

export interface ProviderCall {
  /** The same for every repetition of this call, with the same messages in the same order. <= 64 characters. */
  readonly key: string;
  /** 1..capabilities.maxBatch messages. */
  readonly messages: readonly EmailMessage[];
  /** Milliseconds until the call is given up as `unknown` (or `unavailable` where no byte had left). */
  readonly timeoutMs: number;
}

/** What a provider can do, as data: nothing else may depend on which provider it is. */
export interface ProviderCapabilities {
  /** Messages in one call. */
  readonly maxBatch: number;
  /** A message with more than this many UTF-8 bytes of subject + html + text goes in a call of its own. */
  readonly maxBatchedMessageBytes: number;
  /** A repeated call with the same key and body is answered, not sent again. */
  readonly idempotencyKey: boolean;
  readonly hostedTemplates: boolean;
  readonly attachments: boolean;
  /** Calls under way at once that its connection pool is made for. */
  readonly maxInFlight: number;
  /** What its rate limit counts. */
  readonly rateUnit: 'messages' | 'calls';
}

/** Sending speed allowed by the provider itself, if it can be asked. */
export interface ProviderQuota {
  readonly perSecond?: number;
  /** Messages left until the daily quota is used up. */
  readonly remainingToday?: number;
}

/**
 * A way to send e-mail.
 *
 * Guarantees: `send` makes exactly one request to the provider (SMTP: one transaction a message), never retries,
 * and never throws: the answer has one outcome per message, in order. `accepted` is said only if the provider said
 * so; `unavailable` only if it cannot have taken the message. Whatever is not certain is `unknown`. If an adapter
 * broke this, a lost answer would become a second copy in somebody's inbox.
 * `check` asks the provider whether the credentials and the sender work, without sending; its words are for an
 * operator and never hold a secret. `close` ends idle connections and waits for none.
 */
export interface EmailProvider {
  /** `ses`, `resend`, … unique within a deployment; breaker, budget and statistics are kept under it. */
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  send(call: ProviderCall): Promise<readonly Outcome[]>;
  quota(): Promise<ProviderQuota>;
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>;
  close(): void;
}
export const EmailProvider = Symbol('EmailProvider');
