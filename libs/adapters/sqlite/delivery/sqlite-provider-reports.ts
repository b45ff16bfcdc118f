import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type DeliveryId, parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import {
  isAnsweredByNumber,
  isWish,
  rankOf,
  scopeOfOptOut,
  suppressionAfter,
  TELLS_ITS_OWN_ID,
} from '#domain/delivery/model/provider-report.js';
import {
  type DeliveryEvent,
  MOST_EVENTS,
  type ProviderReports,
  type Reported,
} from '#ports/delivery/provider-reports.js';
import type { Ids } from '#ports/system/ids.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { type PackedReport, providerReportsStore, type Wish } from './provider-reports-store.js';

/** More events in one write would keep others waiting for the writer. */
const CHUNK = 200;

export class SqliteProviderReports implements ProviderReports {
  readonly #calls;
  readonly #ids: Ids;

  constructor(storage: SqliteStorage, ids: Ids) {
    this.#calls = storage.calls(providerReportsStore);
    this.#ids = ids;
  }

  async apply(
    events: readonly ProviderEvent[],
    channelOf: (provider: string) => string,
    now: Instant,
  ): Promise<Reported> {
    const sum = { applied: 0, repeated: 0, unmatched: 0 };
    const workspaces = events.some(isWish) ? await this.#calls.read('workspaces', {}) : [];
    for (let from = 0; from < events.length; from += CHUNK) {
      const reports = events
        .slice(from, from + CHUNK)
        .map((event) => this.#pack(event, channelOf(event.provider), workspaces));
      const done = await this.#calls.write('apply', { reports, now });
      sum.applied += done.applied;
      sum.repeated += done.repeated;
      sum.unmatched += done.unmatched;
    }
    return sum;
  }

  eventsOf(workspace: WorkspaceId, id: DeliveryId): Promise<readonly DeliveryEvent[]> {
    return this.#calls.read('eventsOf', { workspace, id, limit: MOST_EVENTS });
  }

  #pack(event: ProviderEvent, channel: string, workspaces: readonly string[]): PackedReport {
    const named = event.deliveryId === undefined ? undefined : parseDeliveryId(event.deliveryId);
    const suppression = suppressionAfter(event);
    const suppresses = suppression !== undefined || event.kind === 'opted_out' || event.kind === 'opted_in';
    return {
      event,
      rank: rankOf(event),
      place: named && { dispatch: named.dispatchId, ordinal: named.ordinal },
      byMessage: TELLS_ITS_OWN_ID.has(event.provider),
      suppression,
      suppressionId: suppresses ? this.#ids.next('sup') : undefined,
      wish: isWish(event) ? this.#wish(channel, workspaces) : undefined,
    };
  }

  #wish(channel: string, workspaces: readonly string[]): Wish {
    const concerned = isAnsweredByNumber(channel) ? workspaces : [];
    return {
      scope: scopeOfOptOut(channel),
      workspaces: concerned.map((id) => ({ id, suppressionId: this.#ids.next('sup') })),
    };
  }
}
