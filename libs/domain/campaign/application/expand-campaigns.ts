import type { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { Campaign, Expansion } from '#domain/campaign/model/campaign.js';
import { dueFor } from '#domain/campaign/model/schedule.js';
import type { AudienceMember, Audiences } from '#ports/campaign/audiences.js';
import type { Campaigns, UnexpandedCampaign } from '#ports/campaign/campaigns.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { dispatchIdOf } from './campaign-dispatch.js';

export interface ExpansionTools {
  readonly campaigns: Campaigns;
  readonly audiences: Audiences;
  readonly delivery: DeliveryFacade;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ExpansionLimits {
  /** Recipients handed over at once, at most 1,000. */
  readonly page: number;
  /** Pages of one campaign before the others get their turn. */
  readonly pagesInTurn: number;
  /** Further ahead of the senders there is no point in going: it would only fill the disk before a cancel. */
  readonly ahead: number;
}

const defaultLimits: ExpansionLimits = { page: 1_000, pagesInTurn: 10, ahead: 100_000 };

const WHEN_AHEAD_MS = 250;
const LOOK_EVERY_MS = 5_000;
const AFTER_ERROR_MS = 1_000;

/**
 * Hands the audience of running campaigns to delivery, page by page. A page is first accepted, then the cursor moves: if
 * the process dies between the two the page is accepted again, and its addresses are known already. Likewise the dispatch
 * is first sealed, then the expansion is done.
 */
export class ExpandCampaigns {
  readonly #tools: ExpansionTools;
  readonly #limits: ExpansionLimits;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #wake: () => void = () => {};

  constructor(tools: ExpansionTools, limits: ExpansionLimits = defaultLimits) {
    this.#tools = tools;
    this.#limits = limits;
  }

  /** May be started again once it has stopped: a function of Lambda lives from one minute to the next. */
  start(): void {
    this.#stopping = false;
    this.#running = this.#loop();
  }

  /** There may be a campaign that has just started or been resumed. */
  look(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const wait = await this.#round().catch((error: unknown) => {
        this.#tools.log.error('campaign.expansion.interrupted', { error });
        return AFTER_ERROR_MS;
      });
      if (wait === 0 || this.#stopping) continue;
      const cancel = this.#tools.clock.after(wait, () => this.#wake());
      await woken;
      cancel();
    }
  }

  /** A few pages of every running campaign, so that none waits for another's end. Answers how long to rest. */
  async #round(): Promise<number> {
    const unexpanded = await this.#tools.campaigns.unexpanded();
    if (unexpanded.length === 0) return LOOK_EVERY_MS;
    const turns = await Promise.all(unexpanded.map((one) => this.#turnOf(one)));
    if (turns.includes('moved')) return 0;
    return turns.includes('failed') ? AFTER_ERROR_MS : WHEN_AHEAD_MS;
  }

  /** One campaign's trouble is not another's. */
  async #turnOf({ campaign, expansion }: UnexpandedCampaign): Promise<'moved' | 'ahead' | 'failed'> {
    try {
      return await this.#expand(campaign, expansion);
    } catch (error) {
      this.#tools.log.error('campaign.expansion.interrupted', { campaignId: campaign.id, error });
      return 'failed';
    }
  }

  async #expand(campaign: Campaign, from: Expansion): Promise<'moved' | 'ahead'> {
    const { delivery, campaigns } = this.#tools;
    const stats = await delivery.stats(dispatchIdOf(campaign.id));
    // Started this moment: its dispatch is about to be opened.
    if (!stats) return 'ahead';
    // Everybody was handed over before: all that is missing is to say so. To read on would add whoever has joined since.
    if (stats.sealed) await campaigns.advance(campaign.id, { ...from, done: true });
    else if (this.#isFarAhead(campaign, stats.counts.pending)) return 'ahead';
    else await this.#handOver(campaign, from);
    return 'moved';
  }

  /** In recipients' own zones most wait for their hour, and whoever comes behind them may be due before. */
  #isFarAhead({ schedule }: Campaign, pending: number): boolean {
    return schedule?.kind !== 'recipient' && pending >= this.#limits.ahead;
  }

  /** Several pages, each read while the one before is being accepted. */
  async #handOver(campaign: Campaign, from: Expansion): Promise<void> {
    const { audiences, delivery, campaigns } = this.#tools;
    const { workspaceId, listIds, id } = campaign;
    const recipientOf = recipientsOf(campaign);
    const read = (after: string | undefined): Promise<readonly AudienceMember[]> => {
      const page = audiences.page(workspaceId, listIds, after, this.#limits.page);
      // It is looked at when its turn comes; until then a failure of it is nobody's.
      page.catch(() => undefined);
      return page;
    };
    let next = read(from.cursor);
    for (let pages = 1; pages <= this.#limits.pagesInTurn && !this.#stopping; pages++) {
      const page = await next;
      const cursor = page.at(-1)?.address;
      const done = page.length < this.#limits.page;
      if (!done && pages < this.#limits.pagesInTurn) next = read(cursor);
      if (page.length > 0) await delivery.accept(dispatchIdOf(id), page.map(recipientOf));
      if (done) await delivery.seal(dispatchIdOf(id));
      await campaigns.advance(id, { ...(cursor === undefined ? from : { cursor }), done });
      if (done) return;
    }
  }
}

function recipientsOf({ schedule }: Campaign): (member: AudienceMember) => Recipient {
  const bare = ({ address, subscriberId: ref, data }: AudienceMember): Recipient => ({ address, ref, data });
  if (schedule?.kind !== 'recipient') return bare;
  // A page has a thousand people and a handful of zones.
  const dueIn = new Map<string | undefined, number>();
  return (member) => {
    const dueAt = dueIn.get(member.timezone) ?? dueFor(schedule, member.timezone);
    dueIn.set(member.timezone, dueAt);
    return { ...bare(member), dueAt };
  };
}
