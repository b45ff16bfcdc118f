import type { Attempt, Delivery } from '#domain/delivery/model/delivery.js';
import type { DeliveryEvent } from '#ports/delivery/provider-reports.js';
import type { AttemptView, DeliveryDetailsView, DeliveryEventView, DeliveryView } from './delivery.view.js';

export function deliveryView(delivery: Delivery): DeliveryView {
  const { id, dispatchId, channel, address, status, lane, provider, providerMessageId, reason, dueAt } =
    delivery;
  return {
    id,
    source: dispatchId,
    campaignId: dispatchId.startsWith('cmp_') ? dispatchId : null,
    channel,
    address,
    email: channel === 'email' ? address : null,
    status,
    lane,
    provider: provider ?? null,
    providerMessageId: providerMessageId ?? null,
    reason: reason ?? null,
    attemptCount: delivery.attempts,
    dueAt: dueAt === undefined ? null : new Date(dueAt).toISOString(),
    updatedAt: new Date(delivery.updatedAt).toISOString(),
  };
}

export function deliveryDetailsView(delivery: Delivery, told: readonly DeliveryEvent[]): DeliveryDetailsView {
  const events = told.length === 0 ? eventsOf(delivery) : toldOf(delivery, told);
  return { ...deliveryView(delivery), attempts: attemptsOf(delivery), events };
}

/** A store may leave the call that succeeded out of the history, for it would be the history of nearly every row. */
function attemptsOf({ history, status, provider, updatedAt }: Delivery): AttemptView[] {
  const attempts = history.map(attemptView);
  const told = history.some(({ outcome }) => outcome === 'accepted');
  if (status !== 'accepted' || told || provider === undefined) return attempts;
  return [...attempts, attemptView({ at: updatedAt, provider, outcome: 'accepted' })];
}

function attemptView({ at, provider, outcome, detail }: Omit<Attempt, 'key'>): AttemptView {
  return { at: new Date(at).toISOString(), provider, outcome, detail: detail ?? null };
}

/** The row's last change is the one event that the ledger has a time for; on the way there are only attempts. */
function eventsOf({ status, updatedAt, provider, reason }: Delivery): DeliveryEventView[] {
  if (status === 'pending' || status === 'submitting') return [];
  const at = new Date(updatedAt).toISOString();
  return [{ type: status, at, provider: provider ?? null, detail: reason ?? null }];
}

/** Once its provider has told of it, that says more than the row: after its being accepted, in the order of happening. */
function toldOf({ history }: Delivery, told: readonly DeliveryEvent[]): DeliveryEventView[] {
  const accepted = history
    .filter(({ outcome }) => outcome === 'accepted')
    .map(({ at, provider }) => ({ kind: 'accepted' as const, at, provider, reason: undefined }));
  return [...accepted, ...told].map(({ kind, at, provider, reason }) => ({
    type: kind,
    at: new Date(at).toISOString(),
    provider,
    detail: reason ?? null,
  }));
}
