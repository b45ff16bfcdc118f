import type { IntegrationEvent } from '#domain/kernel/events.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { Suppression } from '#domain/delivery/model/suppression.js';
import type { ProviderReports, Reported } from '../provider-reports.js';
import { acme, type DeliveryStores, everyPage, START } from './delivery-stores.js';

/** A delivery backbone and what brings providers' reports into it. */
export interface ReportStores extends DeliveryStores {
  readonly reports: ProviderReports;
}
export type OpenReportStores = () => Promise<ReportStores>;

const CHANNELS: Readonly<Record<string, string>> = { twilio: 'sms', whatsapp: 'whatsapp' };

let lastKey = 0;

/** What SES tells of a message. The key is a new one. */
export function aReport(
  dispatch: Dispatch,
  ordinal: number,
  kind: ProviderEventKind,
  change: Partial<ProviderEvent> = {},
): ProviderEvent {
  lastKey += 1;
  const id = deliveryId(dispatch.id, ordinal);
  return { key: `event-${lastKey}`, provider: 'ses', kind, at: START, deliveryId: id, ...change };
}

export function report(
  stores: ReportStores,
  events: ProviderEvent | readonly ProviderEvent[],
  now = START,
): Promise<Reported> {
  const list: readonly ProviderEvent[] = 'kind' in events ? [events] : events;
  return stores.reports.apply(list, (provider) => CHANNELS[provider] ?? 'email', now);
}

export function everySuppression(stores: DeliveryStores, workspaceId = acme): Promise<Suppression[]> {
  return everyPage((after) => stores.suppressions.page(workspaceId, undefined, { limit: 200, after }));
}

/** What the other contexts were told of messages. */
export async function told(stores: DeliveryStores): Promise<IntegrationEvent[]> {
  return (await stores.untold()).filter(({ type }) => type === 'delivery.reported');
}
