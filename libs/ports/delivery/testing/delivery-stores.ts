import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Delivery, Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId, Lane, UnknownPolicy } from '#domain/delivery/model/dispatch.js';
import type { Suppression, SuppressionId } from '#domain/delivery/model/suppression.js';
import type { Deliveries, DeliveryQuery } from '../deliveries.js';
import type { Dispatches } from '../dispatches.js';
import type { FailedMessages } from '../failed-messages.js';
import type { Lanes } from '../lanes.js';
import type { Ledger } from '../ledger.js';
import type { Suppressions } from '../suppressions.js';

/**
 * One empty delivery backbone behind its six ports. They share their rows, so they are put to the test together.
 *
 * The suites lean on two things that the ports leave open: up to 50 recipients of an unpaced dispatch, accepted in
 * one call with one due time, come as one parcel; and an adapter whose lists or events lag behind answers here only
 * when it has caught up.
 */
export interface DeliveryStores {
  readonly dispatches: Dispatches;
  readonly ledger: Ledger;
  readonly lanes: Lanes;
  readonly deliveries: Deliveries;
  readonly failedMessages: FailedMessages;
  readonly suppressions: Suppressions;
  /** Every integration event committed since it was opened, oldest first. */
  untold(): Promise<IntegrationEvent[]>;
  close(): Promise<void>;
}
export type OpenDeliveryStores = () => Promise<DeliveryStores>;

/** When the suites begin: 31 January 2026, 13:05 UTC. */
export const START = Date.UTC(2026, 0, 31, 13, 5);
export const SECOND = 1_000;
export const HOUR = 3_600_000;
export const LEASE = 30 * SECOND;

export const acme = 'wsp_0000000000000000000000acme' as WorkspaceId;
export const rival = 'wsp_000000000000000000000r1va1' as WorkspaceId;

let lastId = 0;

function nextId<T extends string>(prefix: string): T {
  lastId += 1;
  return `${prefix}_${String(lastId).padStart(26, '0')}` as T;
}

/** A dispatch to build on: bulk marketing mail of workspace `acme`, with a day to find a provider. */
export function aDispatch(): DispatchBuilder {
  return new DispatchBuilder({
    id: nextId<DispatchId>('cmp'),
    workspaceId: acme,
    channel: 'email',
    lane: 'bulk',
    purpose: 'marketing',
    unknownPolicy: 'park',
    linkBase: 'https://mail.example',
    content: {
      templateId: 'tpl_00000000000000000000000001',
      templateVersion: 3,
      from: 'Acme Ltd <news@acme.example>',
      replyTo: 'hello@acme.example',
      subject: 'Hello {{name}}',
      data: { season: 'Frühling', links: [{ url: 'https://acme.example/?a=1&b=2' }] },
    },
    giveUpAt: START + 24 * HOUR,
  });
}

export class DispatchBuilder {
  readonly #dispatch: Dispatch;

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
  }

  inWorkspace(workspaceId: WorkspaceId): DispatchBuilder {
    return this.#with({ workspaceId });
  }

  onLane(lane: Lane): DispatchBuilder {
    return this.#with({ lane });
  }

  transactional(): DispatchBuilder {
    return this.#with({ purpose: 'transactional' });
  }

  onUnknown(unknownPolicy: UnknownPolicy): DispatchBuilder {
    return this.#with({ unknownPolicy });
  }

  expiringAt(expiresAt: number): DispatchBuilder {
    return this.#with({ expiresAt });
  }

  givingUpAt(giveUpAt: number): DispatchBuilder {
    return this.#with({ giveUpAt });
  }

  build(): Dispatch {
    return this.#dispatch;
  }

  /** Builds it and opens it. */
  async openedIn(stores: DeliveryStores): Promise<Dispatch> {
    await stores.dispatches.open(this.#dispatch);
    return this.#dispatch;
  }

  #with(change: Partial<Dispatch>): DispatchBuilder {
    return new DispatchBuilder({ ...this.#dispatch, ...change });
  }
}

export function aRecipient(address: string, dueAt?: number): Recipient {
  const ref = `sub_${address}`;
  const data = JSON.stringify({ name: `Zoë "Z" O'Neil`, address });
  return dueAt === undefined ? { address, ref, data } : { address, ref, data, dueAt };
}

/** `r<from>@example.com` … , `count` of them. */
export function recipients(
  count: number,
  how: { from?: number; dueAt?: number; domain?: string } = {},
): Recipient[] {
  const { from = 0, dueAt, domain = 'example.com' } = how;
  return Array.from({ length: count }, (_, index) => aRecipient(`r${from + index}@${domain}`, dueAt));
}

export function aSuppression(address: string, change: Partial<Suppression> = {}): Suppression {
  return {
    id: nextId<SuppressionId>('sup'),
    workspaceId: acme,
    address,
    scope: 'all',
    reason: 'manual',
    at: START,
    ...change,
  };
}

/** Every row that a query finds, page by page. */
export async function allDeliveries(
  stores: DeliveryStores,
  query: DeliveryQuery = {},
  workspaceId: WorkspaceId = acme,
  limit = 200,
): Promise<Delivery[]> {
  return everyPage((after) => stores.deliveries.page(workspaceId, query, { limit, after }));
}

/** No list of the suites is longer: an adapter that repeats a page fails instead of going round for ever. */
const MOST_PAGES = 500;

export async function everyPage<T>(
  read: (after: string | undefined) => Promise<{ readonly data: readonly T[]; readonly next: string | null }>,
): Promise<T[]> {
  const rows: T[] = [];
  let after: string | undefined;
  for (let turns = 0; turns < MOST_PAGES; turns++) {
    const page = await read(after);
    rows.push(...page.data);
    if (page.next === null) return rows;
    after = page.next;
  }
  throw new Error(`After ${MOST_PAGES} pages the list still goes on.`);
}

/** Types of the events told about one dispatch, in their order. */
export async function toldOf(stores: DeliveryStores, dispatch: Dispatch): Promise<string[]> {
  const events = await stores.untold();
  return events.flatMap((event) =>
    'dispatchId' in event &&
    event.type.startsWith('dispatch.') &&
    event.dispatchId === dispatch.id &&
    event.workspaceId === dispatch.workspaceId
      ? [event.type]
      : [],
  );
}
