import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type DeliveryId, parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import {
  isAnsweredByNumber,
  isWish,
  rankOf,
  reportedOf,
  scopeOfOptOut,
  suppressionAfter,
  TELLS_ITS_OWN_ID,
} from '#domain/delivery/model/provider-report.js';
import type {
  SuppressionId,
  SuppressionReason,
  SuppressionScope,
} from '#domain/delivery/model/suppression.js';
import {
  type DeliveryEvent,
  MOST_EVENTS,
  type ProviderReports,
  type Reported,
} from '#ports/delivery/provider-reports.js';
import {
  type DispatchState,
  type MemoryDeliveryBackbone,
  type Row,
  suppressionKey,
} from './memory-delivery-backbone.js';

interface Place {
  readonly state: DispatchState;
  readonly row: Row;
}

export class MemoryProviderReports implements ProviderReports {
  readonly #backbone: MemoryDeliveryBackbone;
  readonly #seen = new Set<string>();
  /** The last that a person said, by workspace, address and scope. */
  readonly #wishes = new Map<string, Pick<ProviderEvent, 'at' | 'kind'>>();

  constructor(backbone: MemoryDeliveryBackbone) {
    this.#backbone = backbone;
  }

  async apply(
    events: readonly ProviderEvent[],
    channelOf: (provider: string) => string,
    now: Instant,
  ): Promise<Reported> {
    const tally = { applied: 0, repeated: 0, unmatched: 0 };
    for (const event of events) tally[this.#applyOne(event, channelOf(event.provider), now)] += 1;
    return tally;
  }

  async eventsOf(workspaceId: WorkspaceId, id: DeliveryId): Promise<readonly DeliveryEvent[]> {
    const told = this.#backbone.locate(workspaceId, id)?.row.told ?? [];
    return [...told]
      .sort((a, b) => a.at - b.at)
      .slice(0, MOST_EVENTS)
      .map(({ rank: _, ...event }) => event);
  }

  #applyOne(event: ProviderEvent, channel: string, now: Instant): keyof Reported {
    const place = this.#find(event);
    const byNumber = isWish(event) && isAnsweredByNumber(channel) && event.address !== undefined;
    const workspaces = !place && byNumber ? this.#workspaces() : [];
    if (!place && workspaces.length === 0) return 'unmatched';
    const seen = JSON.stringify([event.provider, event.key]);
    if (this.#seen.has(seen)) return 'repeated';
    this.#seen.add(seen);
    if (place) this.#tell(place, event, channel, now);
    for (const workspaceId of workspaces)
      this.#take(event, workspaceId, event.address ?? '', scopeOfOptOut(channel), now);
    return 'applied';
  }

  #find({ provider, deliveryId, providerMessageId }: ProviderEvent): Place | undefined {
    const named = deliveryId === undefined ? undefined : parseDeliveryId(deliveryId);
    const state = named && this.#backbone.dispatches.get(named.dispatchId);
    const row = named && state?.rows[named.ordinal];
    if (state && row) return { state, row };
    if (providerMessageId === undefined || !TELLS_ITS_OWN_ID.has(provider)) return undefined;
    for (const one of this.#backbone.dispatches.values()) {
      const found = one.rows.find(
        (each) => each.provider === provider && each.providerMessageId === providerMessageId,
      );
      if (found) return { state: one, row: found };
    }
    return undefined;
  }

  #tell({ state, row }: Place, event: ProviderEvent, channel: string, now: Instant): void {
    const { kind, provider, at, reason, providerMessageId } = event;
    const { workspaceId, id: dispatchId } = state.dispatch;
    const { address, ordinal } = row;
    const said = reason === undefined ? {} : { reason };
    row.told.push({ kind, provider, at, rank: rankOf(event), ...said });
    if (row.status === 'unknown') row.providerMessageId ??= providerMessageId;
    this.#backbone.comeToWhatWasTold(state, row, now);
    const suppression = suppressionAfter(event);
    if (suppression !== undefined) this.#suppress(workspaceId, address, 'all', suppression, now);
    if (isWish(event)) this.#take(event, workspaceId, address, scopeOfOptOut(channel), now);
    const about = { workspaceId, dispatchId, ordinal, address, status: row.status };
    this.#backbone.emit(reportedOf(event, about), now);
  }

  #take(
    { kind, at }: ProviderEvent,
    workspaceId: WorkspaceId,
    address: string,
    scope: SuppressionScope,
    now: Instant,
  ): void {
    const key = suppressionKey(workspaceId, address, scope);
    const last = this.#wishes.get(key);
    const isLast =
      !last || at > last.at || (at === last.at && kind === 'opted_out' && last.kind === 'opted_in');
    if (!isLast) return;
    this.#wishes.set(key, { at, kind });
    if (kind === 'opted_out') this.#suppress(workspaceId, address, scope, 'opt_out', now);
    else if (this.#backbone.suppressions.get(key)?.reason === 'opt_out')
      this.#backbone.suppressions.delete(key);
  }

  /** What only an opt-in may lift gives way to what it may not. */
  #suppress(
    workspaceId: WorkspaceId,
    address: string,
    scope: SuppressionScope,
    reason: SuppressionReason,
    at: Instant,
  ): void {
    const id = this.#backbone.ids.next('sup') as string as SuppressionId;
    const inForce = this.#backbone.suppress({ id, workspaceId, address, scope, reason, at });
    if (inForce.reason !== 'opt_out' || reason === 'opt_out') return;
    this.#backbone.suppressions.set(suppressionKey(workspaceId, address, scope), { ...inForce, reason, at });
  }

  #workspaces(): WorkspaceId[] {
    return [...new Set([...this.#backbone.dispatches.values()].map(({ dispatch }) => dispatch.workspaceId))];
  }
}
