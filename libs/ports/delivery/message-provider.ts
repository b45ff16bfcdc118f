import type { Outcome } from '#domain/delivery/model/outcome.js';

/** One finished message, whatever its channel: the domain has seen to it that it may be sent as it is. */
export interface OutgoingMessage {
  /** Travels with the message where the provider has a place for it, and comes back in its events. */
  readonly deliveryId: string;
  /** In the form that the channel's addresses have: a mail address, a number in E.164, a device's token, a user's id. */
  readonly to: string;
}

export interface ProviderCall<Message extends OutgoingMessage> {
  /** The same for every repetition of this call, with the same messages in the same order. <= 64 characters. */
  readonly key: string;
  /** 1..capabilities.maxBatch messages. */
  readonly messages: readonly Message[];
  /** Milliseconds until the call is given up as `unknown` (or `unavailable` where no byte had left). */
  readonly timeoutMs: number;
}

/** What a provider can do, as data: nothing else may depend on which provider it is. */
export interface ProviderCapabilities {
  /** Messages in one call. */
  readonly maxBatch: number;
  /** A message with more than this many UTF-8 bytes of its parts goes in a call of its own. */
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
 * A way to send the messages of one channel.
 *
 * Guarantees: `send` makes exactly one request to the provider for each of its calls (SMTP: one transaction a message),
 * never retries, and never throws: the answer has one outcome per message, in order. `accepted` is said only if the
 * provider said so; `unavailable` only if it cannot have taken the message. Whatever is not certain is `unknown`. If an
 * adapter broke this, a lost answer would become a second copy in somebody's hands.
 * `check` asks the provider whether the credentials and the sender work, without sending; its words are for an
 * operator and never hold a secret. `close` ends idle connections and waits for none.
 */
export interface MessageProvider<Message extends OutgoingMessage> {
  /** `ses`, `twilio`, … unique within its channel; breaker, budget and statistics are kept under both. */
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  send(call: ProviderCall<Message>): Promise<readonly Outcome[]>;
  quota(): Promise<ProviderQuota>;
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>;
  close(): void;
}

/** One of whatever channel: the pool sends what it is given, and the channel has seen to it that its providers take it. */
export type AnyProvider = MessageProvider<OutgoingMessage>;
