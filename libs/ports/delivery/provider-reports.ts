import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { DeliveryId } from '#domain/delivery/model/delivery.js';
import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';

/** What became of the events; the three add up to as many as were given. */
export interface Reported {
  readonly applied: number;
  /** Applied before: nothing has changed. */
  readonly repeated: number;
  /** Of no message of ours: kept nowhere. */
  readonly unmatched: number;
}

/** An event as it is kept with its message. */
export interface DeliveryEvent {
  readonly kind: ProviderEventKind;
  readonly provider: string;
  readonly at: Instant;
  readonly reason?: string;
}

/** Most that are answered of one message: a machine that follows a link a million times has no more to say. */
export const MOST_EVENTS = 500;

/**
 * Brings what providers tell later into the ledger.
 *
 * Guarantees: each event is applied whole or not at all, and once for each (provider, key), for 30 days at least;
 * after `apply` resolves, all of them are durable. When it rejects, some may be applied: give it the same events again.
 *
 * An event is about the delivery whose id it names; or else, for the providers in `TELLS_ITS_OWN_ID`, about the one that
 * the provider took under this message id. The delivery's own dispatch says whose workspace it is and its own row which
 * address, never the event.
 *
 * With the event, in one step: the message comes to the state of the highest event told of it (see `rankOf`), so that
 * any order and any repetition of its events end in the same one; the dispatch's counters follow; a bounce for good and
 * a complaint suppress the address for everything, and stand where an opt-out stood; `delivery.reported` is in the
 * outbox; the event is kept with the message. Told before its call is settled, it moves the message when it is.
 *
 * An opt-out suppresses the address (reason `opt_out`) and an opt-in lifts that suppression and no other; of the two the
 * one that happened later counts, and of two at the same instant the opt-out. They are for the delivery's workspace; one
 * without a delivery, on a channel where people answer to our number, is for every workspace that has dispatched anything.
 */
export interface ProviderReports {
  /** @param channelOf the channel that a provider serves */
  apply(
    events: readonly ProviderEvent[],
    channelOf: (provider: string) => string,
    now: Instant,
  ): Promise<Reported>;

  /** Of one message, oldest first, at most {@link MOST_EVENTS}; none for another workspace's. Sees every acknowledged write. */
  eventsOf(workspaceId: WorkspaceId, id: DeliveryId): Promise<readonly DeliveryEvent[]>;
}
export const ProviderReports = Symbol('ProviderReports');
