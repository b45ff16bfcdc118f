import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import type { Instant } from '#domain/kernel/brand.js';

/** A request to `/hooks/{provider}` as it came in. */
export interface RawCallback {
  readonly method: 'GET' | 'POST';
  /** Of this deployment as the provider was told it, path and query included: some sign it. */
  readonly url: string;
  /** Names in lower case; the first value of each. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly receivedAt: Instant;
}

/** Somebody wrote to us: opens WhatsApp's 24 hours. */
export interface InboundMessage {
  readonly channel: 'sms' | 'whatsapp';
  /** E.164. */
  readonly from: string;
  readonly at: Instant;
}

export type CallbackReading =
  | {
      readonly kind: 'told';
      readonly events: readonly ProviderEvent[];
      readonly inbound: readonly InboundMessage[];
    }
  /** Nothing to be told of, answered with these words (WhatsApp's handshake echoes a challenge). */
  | { readonly kind: 'answer'; readonly body: string }
  /** Not from the provider, or no longer fresh, or repeats what may not be repeated: nothing of it is believed. */
  | { readonly kind: 'refused'; readonly code: 'signature_invalid' | 'signature_stale' }
  /** From the provider, and not what its documentation says. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /**
   * Nobody can say just now whether it is from the provider: what it takes to find out cannot be had. Nothing of it is
   * believed; the provider has to be answered so that it calls again, for one that is turned away is never repeated.
   */
  | { readonly kind: 'later'; readonly reason: string };

/**
 * Reads what one provider calls back.
 *
 * Guarantees: nothing is `told` unless the signature over the exact bytes of the body is good and, where the scheme
 * carries a time, no more than 300 s ahead of us and no older than 300 s; or, where a provider repeats a call with the
 * signature it had at first, no older than the provider goes on repeating it. An old call that is told again changes
 * nothing: its events have the keys they had, and those are kept for longer. Comparisons take the same time whatever they find. Reading never throws
 * and makes no request but to the vendor's own fixed hosts (SNS certificates and confirmations). The same request read
 * twice tells the same events with the same keys. If it believed a forged call, a stranger could suppress anybody.
 */
export interface ProviderCallbacks {
  readonly provider: string;
  read(callback: RawCallback): Promise<CallbackReading>;
}
export const ProviderCallbacks = Symbol('ProviderCallbacks');
