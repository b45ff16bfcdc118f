import type { DeliveryView } from '#adapters/rest/deliveries/delivery.view.js';
import type { Stats } from '../api/follow-campaign.js';
import { addsUp } from '../commands/campaign-progress.js';
import type { CommandContext } from '../terminal/context.js';
import { count } from '../terminal/words.js';
import type { FakeSes, SesCounts } from './fake-ses.js';
import type { ExpectedPeople } from './people-csv.js';

/** A statement about the campaign that is either true or not. */
export interface Finding {
  readonly holds: boolean;
  readonly words: string;
}

export interface Audit {
  readonly campaignId: string;
  readonly stats: Stats;
  readonly expected: ExpectedPeople;
  readonly ses: FakeSes;
}

/** What a failover may cost: calls to providers for each message, in messages asked for. */
const MOST_AMPLIFICATION = 1.1;

/**
 * Checks the campaign's own account against what others know: the file that was imported, and the journal in which SES
 * wrote down every message that it accepted.
 */
export async function auditCampaign({ client }: CommandContext, audit: Audit): Promise<readonly Finding[]> {
  const { campaignId, stats, expected, ses } = audit;
  const [{ accepted, asked }, counts] = [await ses.journal(), await ses.counts()];
  const ledger = await readLedger(client.list<DeliveryView>(`/v1/deliveries?campaignId=${campaignId}`));
  const twice = [...accepted.values()].filter((times) => times > 1).length;
  const elsewhereToo = [...accepted.keys()].filter((id) => ledger.capture.has(id)).length;
  const unheard = [...accepted.keys()].filter((id) => !ledger.ses.has(id) && !ledger.unknown.has(id)).length;
  const unfounded = [...ledger.ses].filter((id) => !accepted.has(id)).length;
  return [
    finding(addsUp(stats), 'the account adds up'),
    finding(
      stats.candidates === expected.people,
      `each of the ${count(expected.people)} people is in it once`,
    ),
    finding(stats.pending + stats.submitting === 0, 'nothing is left over'),
    finding(unfounded === 0, 'SES has everything that we say it accepted'),
    finding(unheard === 0, 'SES has nothing that we do not know of'),
    finding(twice + elsewhereToo === 0, 'nobody got it twice'),
    amplificationOf(stats, asked, ledger.capture.size, counts),
  ];
}

async function readLedger(
  deliveries: AsyncIterable<DeliveryView>,
): Promise<Record<'ses' | 'capture' | 'unknown', Set<string>>> {
  const found = { ses: new Set<string>(), capture: new Set<string>(), unknown: new Set<string>() };
  for await (const { id, status, provider } of deliveries) {
    if (status === 'unknown') found.unknown.add(id);
    if (status !== 'accepted') continue;
    if (provider === 'ses') found.ses.add(id);
    if (provider === 'capture') found.capture.add(id);
  }
  return found;
}

function amplificationOf(
  { candidates }: Stats,
  askedOfSes: number,
  captured: number,
  { requests }: SesCounts,
): Finding {
  const amplification = (askedOfSes + captured) / Math.max(1, candidates);
  const words = `amplification ${amplification.toFixed(2)}: hand-overs to a provider for each message (${count(requests)} calls to SES)`;
  return finding(amplification <= MOST_AMPLIFICATION, words);
}

function finding(holds: boolean, words: string): Finding {
  return { holds, words };
}
