import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import { notFound } from '#domain/kernel/refusal.js';
import type { Attempt, Delivery, DeliveryId, DeliveryStatus } from '#domain/delivery/model/delivery.js';
import { deliveryOf, deliveryStatuses, parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchControl, DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import type { Ordinals } from '#domain/delivery/model/ordinals.js';
import { statusAfter } from '#domain/delivery/model/provider-report.js';
import type { Suppression } from '#domain/delivery/model/suppression.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { DeliveryEvent } from '#ports/delivery/provider-reports.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { MemoryOutbox } from '../events/memory-outbox.js';

/** A message's row. Its index among the dispatch's rows is its ordinal. */
export interface Row {
  readonly ordinal: number;
  readonly address: string;
  readonly ref: string;
  readonly data: string;
  readonly history: Attempt[];
  /** What providers told of it, in the order of telling. */
  readonly told: ToldEvent[];
  status: DeliveryStatus;
  attempts: number;
  updatedAt: Instant;
  provider: string | undefined;
  providerMessageId: string | undefined;
  reason: string | undefined;
  dueAt: Instant | undefined;
}

export interface ToldEvent extends DeliveryEvent {
  readonly rank: number;
}

export interface DispatchState {
  readonly dispatch: Dispatch;
  readonly rows: Row[];
  readonly byAddress: Map<string, Row>;
  readonly counts: Record<DeliveryStatus, number>;
  readonly acceptedBy: Map<string, number>;
  control: DispatchControl;
  revision: number;
  sealed: boolean;
  completed: boolean;
  giveUpAt: Instant;
  haltedAt: Instant | undefined;
}

export interface OpenIntent {
  readonly key: string;
  readonly provider: string;
  readonly openedAt: Instant;
  readonly ordinals: readonly number[];
}

export interface Parcel {
  readonly id: string;
  readonly lane: Lane;
  readonly state: DispatchState;
  readonly members: Ordinals;
  giveUpAt: Instant;
  dueAt: Instant;
  readonly intents: Map<string, OpenIntent>;
  leasedUntil: Instant | undefined;
  fence: number;
  receives: number;
}

export type NewParcel = Pick<Parcel, 'state' | 'members' | 'giveUpAt' | 'dueAt'> & {
  readonly receives?: number | undefined;
};

/**
 * All that the delivery ports share, in one process's memory. Each port is a small class over it; each of their
 * methods runs to its end without awaiting, and that is what makes it atomic. Nothing survives the process.
 */
export class MemoryDeliveryBackbone {
  readonly dispatches = new Map<DispatchId, DispatchState>();
  readonly parcels = new Map<string, Parcel>();
  /** Those that were called off before they were opened, with the revision of that decision. */
  readonly cancelledUnopened = new Map<DispatchId, number>();
  /** By {@link suppressionKey}. */
  readonly suppressions = new Map<string, Suppression>();
  readonly ids: Ids;
  readonly clock: Clock;
  readonly #outbox: MemoryOutbox;
  readonly #listeners = new Set<() => void>();
  #lastParcel = 0;

  constructor(outbox: MemoryOutbox, ids: Ids, clock: Clock) {
    this.#outbox = outbox;
    this.ids = ids;
    this.clock = clock;
  }

  /** Standing still does not count against the time that messages have to find a provider. */
  giveMoreTime(state: DispatchState, ms: number): void {
    state.giveUpAt += ms;
    for (const parcel of this.parcels.values()) if (parcel.state === state) parcel.giveUpAt += ms;
  }

  open(dispatch: Dispatch): void {
    if (this.dispatches.has(dispatch.id)) return;
    const cancelledAs = this.cancelledUnopened.get(dispatch.id);
    this.cancelledUnopened.delete(dispatch.id);
    const counts = Object.fromEntries(
      deliveryStatuses.map((status) => [status, 0]),
    ) as DispatchState['counts'];
    this.dispatches.set(dispatch.id, {
      dispatch: structuredClone(dispatch),
      rows: [],
      byAddress: new Map(),
      counts,
      acceptedBy: new Map(),
      control: cancelledAs === undefined ? 'open' : 'cancelled',
      revision: cancelledAs ?? -Infinity,
      sealed: false,
      completed: false,
      giveUpAt: dispatch.giveUpAt,
      haltedAt: undefined,
    });
  }

  stateOf(id: DispatchId): DispatchState {
    const state = this.dispatches.get(id);
    if (!state) throw notFound('dispatch');
    return state;
  }

  /** The one way in which a row changes its status, so that the counters can't differ from the rows. */
  move(state: DispatchState, row: Row, to: DeliveryStatus, now: Instant): void {
    state.counts[row.status] -= 1;
    state.counts[to] += 1;
    row.status = to;
    row.updatedAt = now;
  }

  /** Brings a row to where the highest event that was told of it leads. */
  comeToWhatWasTold(state: DispatchState, row: Row, now: Instant): void {
    const rank = Math.max(0, ...row.told.map((one) => one.rank));
    const to = statusAfter(row.status, rank);
    const teller = row.told.find((one) => one.rank === rank);
    if (to === row.status || !teller) return;
    const provider = row.provider ?? teller.provider;
    if (row.status === 'accepted') row.history.push({ at: row.updatedAt, provider, outcome: 'accepted' });
    if (row.status === 'unknown') state.acceptedBy.set(provider, (state.acceptedBy.get(provider) ?? 0) + 1);
    this.move(state, row, to, now);
    row.reason = to === 'bounced' || to === 'complained' ? teller.reason : undefined;
  }

  /** To be called at the end of every step that can take the last message off pending or submitting. */
  completeIfDone(state: DispatchState, now: Instant): void {
    if (!state.sealed || state.completed || state.counts.pending + state.counts.submitting > 0) return;
    state.completed = true;
    this.#tell('dispatch.completed', state, now);
  }

  reopenIfCompleted(state: DispatchState, now: Instant): void {
    if (!state.completed) return;
    state.completed = false;
    this.#tell('dispatch.reopened', state, now);
  }

  putOnLane({ receives = 0, ...parcel }: NewParcel): void {
    const id = String(++this.#lastParcel);
    const lane = parcel.state.dispatch.lane;
    this.parcels.set(id, {
      ...parcel,
      id,
      lane,
      intents: new Map(),
      leasedUntil: undefined,
      fence: 0,
      receives,
    });
  }

  /** The parcel, if this claim is still the one that holds it. A lease that has run out holds until somebody else claims. */
  heldBy(claim: Claim): Parcel | undefined {
    const parcel = this.parcels.get(claim.parcel);
    return parcel && parcel.fence === claim.fence ? parcel : undefined;
  }

  suppress(suppression: Suppression): Suppression {
    const key = suppressionKey(suppression.workspaceId, suppression.address, suppression.scope);
    const inForce = this.suppressions.get(key);
    if (inForce) return inForce;
    this.suppressions.set(key, suppression);
    return suppression;
  }

  isSuppressed({ workspaceId, purpose }: Dispatch, address: string): boolean {
    if (this.suppressions.has(suppressionKey(workspaceId, address, 'all'))) return true;
    return (
      purpose === 'marketing' && this.suppressions.has(suppressionKey(workspaceId, address, 'marketing'))
    );
  }

  /** A delivery's row, to those of its own workspace. */
  locate(workspaceId: WorkspaceId, id: DeliveryId): { state: DispatchState; row: Row } | undefined {
    const place = parseDeliveryId(id);
    const state = place && this.dispatches.get(place.dispatchId);
    const row = place && state?.rows[place.ordinal];
    return state && row && state.dispatch.workspaceId === workspaceId ? { state, row } : undefined;
  }

  /** Every row of a workspace that the filter takes, as a delivery. */
  deliveries(workspaceId: WorkspaceId, takes: (row: Row, dispatch: Dispatch) => boolean): Delivery[] {
    return [...this.dispatches.values()]
      .filter(({ dispatch }) => dispatch.workspaceId === workspaceId)
      .flatMap(({ dispatch, rows }) =>
        rows.filter((row) => takes(row, dispatch)).map((row) => deliveryOf(dispatch, row)),
      );
  }

  /** Tells the workers that there may be something to claim. */
  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  onWork(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: IntegrationEvent, at: Instant): void {
    this.#outbox.append(event, at);
  }

  #tell(type: 'dispatch.completed' | 'dispatch.reopened', { dispatch }: DispatchState, at: Instant): void {
    this.emit({ type, workspaceId: dispatch.workspaceId, dispatchId: dispatch.id }, at);
  }
}

export function suppressionKey(
  workspaceId: WorkspaceId,
  address: string,
  scope: Suppression['scope'],
): string {
  return JSON.stringify([workspaceId, address, scope]);
}
