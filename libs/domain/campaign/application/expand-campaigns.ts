import type { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Campaign, Expansion } from '#domain/campaign/model/campaign.js';
import { dueFor } from '#domain/campaign/model/schedule.js';
import type { AudienceMember, Audiences } from '#ports/campaign/audiences.js';
import type { Campaigns } from '#ports/campaign/campaigns.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';

export interface ExpansionTools {
  readonly campaigns: Campaigns;
  readonly audiences: Audiences;
  readonly delivery: DeliveryFacade;
  readonly clock: Clock;
  readonly log: Log;
}

const PAGE = 1_000;
/** Further ahead of the senders there is no point in going: it would only fill the disk before a cancel. */
const AHEAD = 100_000;
const WHEN_AHEAD_MS = 250;
const LOOK_EVERY_MS = 5_000;
const AFTER_ERROR_MS = 1_000;

/**
 * Hands the audience of running campaigns to delivery, page by page. A page is first accepted, then the cursor moves: if
 * the process dies between the two the page is accepted again, and its addresses are known already.
 */
export class ExpandCampaigns {
  readonly #tools: ExpansionTools;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #wake: () => void = () => {};

  constructor(tools: ExpansionTools) {
    this.#tools = tools;
  }

  start(): void {
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
        this.#tools.log.error('campaign.expansion.interrupted', { reason: String(error) });
        return AFTER_ERROR_MS;
      });
      if (wait === 0 || this.#stopping) continue;
      const cancel = this.#tools.clock.after(wait, () => this.#wake());
      await woken;
      cancel();
    }
  }

  /** One page of every running campaign, so that none waits for another's end. Answers how long to rest. */
  async #round(): Promise<number> {
    const unexpanded = await this.#tools.campaigns.unexpanded(['running']);
    if (unexpanded.length === 0) return LOOK_EVERY_MS;
    const moved = await Promise.all(unexpanded.map(({ campaign, expansion }) => this.#expand(campaign, expansion)));
    return moved.some(Boolean) ? 0 : WHEN_AHEAD_MS;
  }

  /** Several pages, read ahead while the one before is being accepted. False if delivery has enough for now. */
  async #expand(campaign: Campaign, from: Expansion): Promise<boolean> {
    const { audiences, delivery, campaigns } = this.#tools;
    const { workspaceId, listIds, id } = campaign;
    const dispatchId = id as string as DispatchId;
    const stats = await delivery.stats(dispatchId);
    if (!stats || stats.counts.pending >= AHEAD) return false;
    const read = (after: string | undefined) => audiences.page(workspaceId, listIds, after, PAGE);
    let next = read(from.cursor);
    for (let pages = 0; pages < 10 && !this.#stopping; pages++) {
      const page = await next;
      const cursor = page.at(-1)?.address;
      if (page.length === PAGE) next = read(cursor);
      if (page.length > 0) await delivery.accept(dispatchId, page.map((member) => recipientOf(campaign, member)));
      const done = page.length < PAGE;
      if (done) await delivery.seal(dispatchId);
      await campaigns.advance(id, { ...(cursor === undefined ? from : { cursor }), done });
      if (done) return true;
    }
    await next.catch(() => undefined);
    return true;
  }
}

function recipientOf({ schedule }: Campaign, member: AudienceMember): Recipient {
  const { address, subscriberId: ref, data, timezone } = member;
  if (schedule?.kind !== 'recipient') return { address, ref, data };
  return { address, ref, data, dueAt: dueFor(schedule, timezone) };
}
