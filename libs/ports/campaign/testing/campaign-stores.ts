import type { WorkspaceId } from '#domain/kernel/brand.js';
import { emailAddress } from '#domain/kernel/email-address.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Campaign, CampaignId, ListId } from '#domain/campaign/model/campaign.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import type { List, SubscriberFacts, SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { Audiences } from '../audiences.js';
import type { Campaigns } from '../campaigns.js';
import type { Imports } from '../imports.js';
import type { Lists } from '../lists.js';
import type { Memberships } from '../memberships.js';
import type { Subscribers, Upsert } from '../subscribers.js';
import type { Unsubscribes } from '../unsubscribes.js';

/**
 * One empty set of the stores of this context. They share their rows, so they are put to the test together. An adapter
 * whose lists lag behind answers here only when it has caught up.
 */
export interface CampaignStores {
  readonly campaigns: Campaigns;
  readonly unsubscribes: Unsubscribes;
  readonly lists: Lists;
  readonly memberships: Memberships;
  readonly subscribers: Subscribers;
  readonly audiences: Audiences;
  readonly imports: Imports;
  /** Every integration event committed since it was opened, oldest first. */
  untold(): Promise<IntegrationEvent[]>;
  close(): Promise<void>;
}
export type OpenCampaignStores = () => Promise<CampaignStores>;

/** When the suites begin: 31 January 2026, 13:05 UTC. */
export const START = Date.UTC(2026, 0, 31, 13, 5);

export const acme = 'wsp_0000000000000000000000acme' as WorkspaceId;
export const rival = 'wsp_000000000000000000000r1va1' as WorkspaceId;

let lastId = 0;

/** Ids rise as they are made. */
export function nextId<T extends string>(prefix: string): T {
  lastId += 1;
  return `${prefix}_${String(lastId).padStart(26, '0')}` as T;
}

export function aCampaign(change: Partial<Campaign> = {}): Campaign {
  return {
    id: nextId<CampaignId>('cmp'),
    workspaceId: acme,
    name: 'Spring "sale" – Frühling',
    from: 'Acme Ltd <news@acme.example>',
    subject: 'Hello {{name}}',
    templateId: 'tpl_00000000000000000000000001',
    listIds: ['lst_00000000000000000000000001' as ListId],
    data: { season: 'Frühling', links: [{ url: 'https://acme.example/?a=1&b=2' }], none: null },
    status: 'draft',
    revision: 0,
    createdAt: START,
    ...change,
  };
}

/** The campaign after one more decision. */
export function decided(campaign: Campaign, change: Partial<Campaign>): Campaign {
  return { ...campaign, ...change, revision: campaign.revision + 1 };
}

export function aList(change: Partial<List> = {}): List {
  return { id: nextId<ListId>('lst'), workspaceId: acme, name: 'Newsletter', createdAt: START, ...change };
}

export async function addList(stores: CampaignStores, workspaceId: WorkspaceId = acme): Promise<ListId> {
  const list = aList({ workspaceId });
  await stores.lists.insert(list);
  return list.id;
}

/** Somebody to be put, by any spelling of the address. */
export function aPerson(address: string, facts: Omit<SubscriberFacts, 'email'> = {}): Upsert {
  return { id: nextId<SubscriberId>('sub'), facts: { email: emailAddress(address, '/email'), ...facts } };
}

export function people(count: number, from = 0): Upsert[] {
  return Array.from({ length: count }, (_, i) =>
    aPerson(`p${String(from + i).padStart(4, '0')}@example.com`),
  );
}

/** A file that has arrived and of which nothing has been read. */
export function anImport(change: Partial<Import> = {}): Import {
  const id = nextId<ImportId>('imp');
  return {
    id,
    workspaceId: acme,
    listIds: [],
    blob: id,
    status: 'queued',
    bytes: 1_000_000,
    checkpoint: { offset: 0, line: 1 },
    rows: 0,
    created: 0,
    updated: 0,
    rejected: 0,
    createdAt: START,
    ...change,
  };
}

/** Every row of a list, page by page. */
export async function everyPage<T>(
  read: (after: string | undefined) => Promise<{ readonly data: readonly T[]; readonly next: string | null }>,
): Promise<T[]> {
  const rows: T[] = [];
  let after: string | undefined;
  for (let turns = 0; turns < 500; turns++) {
    const page = await read(after);
    rows.push(...page.data);
    if (page.next === null) return rows;
    after = page.next;
  }
  throw new Error('After 500 pages the list still goes on.');
}

/** Lets every promise go at the same time, so that the adapter sees them side by side. */
export function allAtOnce<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}
