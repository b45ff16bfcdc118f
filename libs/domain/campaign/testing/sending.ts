import type { CampaignDraft } from '#domain/campaign/application/create-campaign.js';
import type { CampaignId, ListId } from '#domain/campaign/model/campaign.js';
import { type DeliveryCounts, deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { toRanges } from '#domain/delivery/model/ordinals.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import { acme, people } from '#ports/campaign/testing/campaign-stores.js';
import type { Process, Storage } from './campaign-under-test.js';

const LEASE_MS = 60_000;
export const accepted: Verdict = { to: 'accepted', providerMessageId: 'taken' };
export const dead: Verdict = { to: 'dead', reason: 'attempts used up: 503' };

/** Addresses to which a send has started, in order. */
export type Journal = string[];

/**
 * What a delivery worker does with one parcel of the bulk lane: at most `most` of its members are sent, the others are put
 * back; those of a cancelled dispatch are struck off. False if the lane had nothing to give.
 */
export async function sendSome(
  { delivery, clock, ids }: Storage,
  journal: Journal,
  most = Infinity,
  verdictFor: (address: string) => Verdict = () => accepted,
): Promise<boolean> {
  const { lanes, ledger } = delivery;
  const now = clock.now();
  const { claims } = await lanes.claim('bulk', 1, LEASE_MS, now);
  const [claim] = claims;
  const parcel = claim && (await ledger.load(claim));
  if (!parcel) return false;
  const pending = parcel.members.map(({ ordinal }) => ordinal);
  if (parcel.control === 'cancelled') {
    await ledger.discard(claim, pending, 'cancelled', 'cancelled', now);
    await lanes.finish(claim, [], now);
    return true;
  }
  const ordinals = pending.slice(0, most);
  const key = ids.next('call');
  const answer = await ledger.openIntent({ claim, key, provider: 'ses', ordinals, unsendable: [], now });
  if (answer.kind === 'opened') {
    const sent = parcel.members.filter(
      ({ ordinal }) => ordinals.includes(ordinal) && !answer.refused.includes(ordinal),
    );
    journal.push(...sent.map(({ address }) => address));
    const verdicts = sent.map(({ ordinal, address }) => ({ ordinal, verdict: verdictFor(address) }));
    await ledger.settle({ claim, key, provider: 'ses', verdicts, now });
  }
  const left = pending.slice(most);
  await lanes.finish(claim, left.length > 0 ? [{ members: toRanges(left), dueAt: now }] : [], now);
  return true;
}

export async function sendAll(
  storage: Storage,
  journal: Journal,
  verdictFor: (address: string) => Verdict = () => accepted,
): Promise<void> {
  while (await sendSome(storage, journal, Infinity, verdictFor));
}

/** A list with so many people on it. */
export async function addPeople(storage: Storage, count: number): Promise<ListId> {
  const id = storage.ids.next('lst') as string as ListId;
  await storage.lists.insert({ id, workspaceId: acme, name: 'L', createdAt: storage.clock.now() });
  await storage.subscribers.put(acme, people(count), [id], storage.clock.now());
  return id;
}

/** A draft to all of a list. */
export async function addDraft(
  storage: Storage,
  process: Process,
  listIds: readonly ListId[],
  change: Partial<CampaignDraft> = {},
): Promise<CampaignId> {
  const id = storage.ids.next('cmp') as string as CampaignId;
  const templateId = await storage.addTemplate('Hello');
  const draft = { name: 'C', from: 'news@acme.example', templateId, listIds, ...change };
  await process.create.execute(acme, id, draft);
  return id;
}

/** The account, its zeros left out. @throws Error if it doesn't add up */
export async function accountOf(storage: Storage, id: CampaignId): Promise<Partial<DeliveryCounts>> {
  const stats = await storage.delivery.dispatches.stats(id as string as DispatchId);
  if (!stats) return {};
  const sum = deliveryStatuses.reduce((total, status) => total + stats.counts[status], 0);
  if (sum !== stats.candidates) throw new Error(`${stats.candidates} candidates, but ${sum} in all states.`);
  return Object.fromEntries(Object.entries(stats.counts).filter(([, count]) => count !== 0));
}

export async function statusOf(storage: Storage, id: CampaignId): Promise<string | undefined> {
  return (await storage.campaigns.find(acme, id))?.status;
}

/** Lets everything that waits have its turn, up to `ms` of the clock. */
export async function pass(storage: Storage, ms = 1_000): Promise<void> {
  for (let left = ms; left > 0; left -= 100) await storage.clock.advance(Math.min(100, left));
}
