import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { DeliveryStatus } from './delivery.js';
import type { ProviderEvent } from './provider-event.js';
import type { SuppressionReason, SuppressionScope } from './suppression.js';

/**
 * How much an event says of where its message ended, from 0 (nothing) to 5.
 *
 * A message stands where the highest event told of it says, in whatever order they come: a maximum knows no order, and
 * repeating changes none. The ranks are those of what we would believe if we saw all the events at once:
 * - 1 the provider has it;
 * - 2 turned away, but not for good, or given up. Below `reached`, for an out-of-office answer is told as such a bounce,
 *   after the message has arrived;
 * - 3 reached the person's host or carrier: what was opened has arrived, too, if that event was lost;
 * - 4 turned away for good. Above `reached`, for a host may take a message first and send it back later;
 * - 5 complained of.
 */
export function rankOf({ kind, permanent }: Pick<ProviderEvent, 'kind' | 'permanent'>): number {
  switch (kind) {
    case 'opted_out':
    case 'opted_in':
      return 0;
    case 'sent':
    case 'delayed':
      return 1;
    case 'failed':
      return 2;
    case 'bounced':
      return permanent === true ? 4 : 2;
    case 'delivered':
    case 'opened':
    case 'clicked':
    case 'read':
      return 3;
    case 'complained':
      return 5;
  }
}

const COMES_TO: readonly (DeliveryStatus | undefined)[] = [
  undefined,
  'accepted',
  'bounced',
  'delivered',
  'bounced',
  'complained',
];

/** A provider has, or may have, the message: what it says of it counts. In every other state nothing it says does. */
const WITH_PROVIDER: ReadonlySet<DeliveryStatus> = new Set<DeliveryStatus>([
  'accepted',
  'unknown',
  'delivered',
  'bounced',
  'complained',
]);

/** On its way to a provider: what is told now counts as soon as the call is settled. */
const BEFORE: ReadonlySet<DeliveryStatus> = new Set<DeliveryStatus>(['pending', 'submitting']);

/** @param rank the highest of all events told of the message, that which is just told among them */
export function statusAfter(status: DeliveryStatus, rank: number): DeliveryStatus {
  return WITH_PROVIDER.has(status) ? (COMES_TO[rank] ?? status) : status;
}

/** Told before our own call was settled: a provider's callback may overtake its answer. */
export function isEarly(status: DeliveryStatus): boolean {
  return BEFORE.has(status);
}

/** The reason for which nobody may write to the address any more, if the event is one. */
export function suppressionAfter({ kind, permanent }: ProviderEvent): SuppressionReason | undefined {
  if (kind === 'complained') return 'complaint';
  return kind === 'bounced' && permanent === true ? 'hard_bounce' : undefined;
}

/** What the other contexts are told of an event. */
export function reportedOf(
  { kind, at, permanent, reason }: ProviderEvent,
  about: {
    readonly workspaceId: string;
    readonly dispatchId: string;
    readonly ordinal: number;
    readonly address: string;
    /** Where the message stands after the event. */
    readonly status: DeliveryStatus;
  },
): IntegrationEvent {
  return {
    type: 'delivery.reported',
    ...about,
    kind,
    at,
    ...(permanent !== undefined && { permanent }),
    ...(reason !== undefined && { reason }),
  };
}

export function isWish({ kind }: ProviderEvent): boolean {
  return kind === 'opted_out' || kind === 'opted_in';
}

/**
 * What somebody wants to be spared who opts out. A STOP by SMS ends everything: the carrier lets nothing pass any more.
 * An unsubscribe link of a mail and WhatsApp's setting speak of marketing.
 */
export function scopeOfOptOut(channel: string): SuppressionScope {
  return channel === 'sms' ? 'all' : 'marketing';
}

/** A person answers to a number of ours, not to a message: such a wish comes without a delivery. */
export function isAnsweredByNumber(channel: string): boolean {
  return channel === 'sms' || channel === 'whatsapp';
}

/**
 * Providers whose events may come without our id, with theirs alone: SES without a configuration set tells no tags,
 * a status callback may be set up in Twilio's own console. The others always give back what we tagged. They are listed,
 * since an index over every message id would make each settlement of a bulk campaign several times as dear: Resend's ids
 * are random, and SendGrid's are of a whole call.
 */
export const TELLS_ITS_OWN_ID: ReadonlySet<string> = new Set(['ses', 'twilio', 'whatsapp']);
