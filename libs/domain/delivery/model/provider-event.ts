import type { Instant } from '#domain/kernel/brand.js';

/** What a provider says later of a message it had accepted, in our words; vendors' own end at the adapter. */
export type ProviderEventKind =
  /** On its way to the recipient's host or carrier: says no more than we knew. */
  | 'sent'
  /** Not there yet, still being tried. */
  | 'delayed'
  | 'delivered'
  /** Turned away by the recipient's host or carrier. `permanent`: for good, the address is suppressed. */
  | 'bounced'
  /** The recipient called it spam: the address is suppressed. */
  | 'complained'
  /** Given up by the provider without a word from the recipient's side. */
  | 'failed'
  | 'opened'
  | 'clicked'
  | 'read'
  /** The person does not want to be written to on this channel any more (STOP), or does again (START). */
  | 'opted_out'
  | 'opted_in';

export interface ProviderEvent {
  /** The same however often the event is told, and no other event of the provider has it. <= 256 characters. */
  readonly key: string;
  /** `ses`, `twilio`, … */
  readonly provider: string;
  readonly kind: ProviderEventKind;
  /** When it happened, by the provider's clock; when we were told, if it does not say. */
  readonly at: Instant;
  /** Where it came back with the event. */
  readonly deliveryId?: string;
  readonly providerMessageId?: string;
  /** Normalised as the channel's addresses are. */
  readonly address?: string;
  readonly permanent?: boolean;
  /** The provider's own words, for an operator: <= 500 characters, one line. */
  readonly reason?: string;
}
