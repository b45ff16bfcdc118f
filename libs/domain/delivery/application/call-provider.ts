import { plainText, type Text } from '#domain/kernel/text.js';
import type { Member } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import { judge, type Verdict } from '#domain/delivery/model/retry-policy.js';
import type { OutgoingMessage } from '#ports/delivery/message-provider.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { Intent } from '#ports/delivery/loaded-parcel.js';
import type { EventSink } from '#ports/events/event-sink.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';
import type { Ids } from '#ports/system/ids.js';
import type { PreparedTemplate } from '#ports/templating/renderer.js';
import { compose } from './compose-message.js';
import type { Channel } from '#ports/delivery/channel.js';
import { type Asked, Inquiry, type InquiryTools } from './inquire.js';
import type { LaneMeter } from './lane-meter.js';
import type { Permit } from './provider-pool.js';
import type { RetryBudget } from './retry-budget.js';
import { tellSink } from './tell-sink.js';

/** What a provider call needs. */
export interface CallTools extends InquiryTools {
  readonly channel: Channel;
  readonly links: RecipientLinks;
  readonly retryBudget: RetryBudget;
  readonly meter: LaneMeter;
  readonly ids: Ids;
  /** For analysts; undefined where there are none. */
  readonly sink?: Pick<EventSink, 'put'> | undefined;
}

/** A member on its way, with the providers it has just failed with. */
export interface Traveller {
  readonly member: Member;
  readonly tried: readonly string[];
}

export const noneTried: readonly string[] = [];

/** What is left of a call's members; those in neither list are settled. */
export interface AfterCall {
  /** To be sent now: too big for this call's company, failed and welcome elsewhere, or never sent because it `ended`. */
  readonly now: readonly Traveller[];
  readonly later: readonly { readonly ordinal: number; readonly dueAt: number }[];
  /** Set if the call is still open: its provider is to be asked again then. */
  readonly askAt?: number;
  /** Set if nothing more of this parcel may be sent. */
  readonly ended?: 'halted' | 'cancelled' | 'expired' | 'stale';
}

const LOST: Outcome = { kind: 'unknown', reason: 'the worker died before the outcome was known' };

interface Ready {
  readonly traveller: Traveller;
  readonly message: OutgoingMessage;
}

/**
 * The provider calls of one claimed parcel. Nothing leaves before its intent is durable; nothing is settled but
 * under that intent. If the process dies
 * - before `openIntent` commits: the members are still pending;
 * - after it, before `settle` commits: they are orphans of the parcel's next claim: their provider is asked, or the
 *   policy decides;
 * - after `settle`: they are done.
 */
export class ProviderCalls {
  readonly #tools: CallTools;
  readonly #claim: Claim;
  readonly #dispatch: Dispatch;
  readonly #template: PreparedTemplate;
  readonly #inquiry: Inquiry;

  constructor(
    tools: CallTools,
    claim: Claim,
    dispatch: Dispatch,
    template: PreparedTemplate,
    stopping: () => boolean,
  ) {
    this.#tools = tools;
    this.#claim = claim;
    this.#dispatch = dispatch;
    this.#template = template;
    this.#inquiry = new Inquiry(tools, claim, dispatch, stopping);
  }

  /** Makes the one call that the permit allows. */
  async make(permit: Permit, travellers: readonly Traveller[]): Promise<AfterCall> {
    const { pool, ledger, ids, clock } = this.#tools;
    const { ready, unsendable, tooBig } = this.#compose(permit, travellers);
    const key = ids.next('call');
    const intent = {
      claim: this.#claim,
      key,
      provider: permit.provider.name,
      ordinals: ready.map(({ traveller }) => traveller.member.ordinal),
      unsendable,
      now: clock.now(),
    };
    const answer = await ledger.openIntent(intent).catch((error: unknown) => {
      pool.giveBack(permit);
      throw error;
    });
    if (answer.kind === 'opened') {
      const refused = new Set(answer.refused);
      const sent =
        refused.size === 0 ? ready : ready.filter(({ traveller }) => !refused.has(traveller.member.ordinal));
      const after = await this.#send(permit, { key, openedAt: intent.now }, sent);
      return tooBig.length === 0 ? after : { ...after, now: [...after.now, ...tooBig] };
    }
    pool.giveBack(permit);
    if (answer.kind === 'empty') return { now: tooBig, later: [] };
    // Those that don't render too: it is for the end of the dispatch to end them.
    return { now: travellers, later: [], ended: answer.kind };
  }

  /** A call that a dead worker left open: ask the provider, if it can be asked, or let the policy decide. */
  async resolve(orphan: Intent): Promise<AfterCall> {
    const { pool, links, channel } = this.#tools;
    const travellers = orphan.members.map((member) => ({ member, tried: noneTried }));
    const outcomes: readonly Outcome[] = travellers.map(() => LOST);
    if (!pool.named(orphan.provider)?.capabilities.idempotencyKey)
      return this.#settle(orphan.provider, orphan.key, travellers, outcomes);
    const composed = orphan.members.map((member) =>
      compose(channel, this.#dispatch, member, this.#template, links),
    );
    const messages = composed.flatMap((one) => ('message' in one ? [one.message] : []));
    // Only the very same call is answered from the provider's memory.
    if (messages.length < composed.length)
      return this.#settle(orphan.provider, orphan.key, travellers, outcomes);
    return this.#conclude(orphan, travellers, await this.#inquiry.askLater(orphan, messages, outcomes));
  }

  /** Settles the call, unless it is worth waiting for a word of what became of it. */
  #conclude(
    call: Pick<Intent, 'key' | 'provider'>,
    travellers: readonly Traveller[],
    { outcomes, askAt }: Asked,
  ): Promise<AfterCall> | AfterCall {
    if (askAt !== undefined) return { now: [], later: [], askAt };
    return this.#settle(call.provider, call.key, travellers, outcomes);
  }

  /** Renders what fits in one call; those too big for company go back in line to travel alone. */
  #compose(permit: Permit, travellers: readonly Traveller[]) {
    const ready: Ready[] = [];
    const unsendable: { ordinal: number; reason: string }[] = [];
    const tooBig: Traveller[] = [];
    const limit = permit.provider.capabilities.maxBatchedMessageBytes;
    const { channel, links } = this.#tools;
    let alone = false;
    for (const traveller of travellers) {
      const composed = compose(channel, this.#dispatch, traveller.member, this.#template, links);
      if ('unsendable' in composed) {
        unsendable.push({ ordinal: traveller.member.ordinal, reason: composed.unsendable });
        continue;
      }
      const big = areBiggerThan(limit, channel.parts(composed.message));
      if (ready.length > 0 && (alone || big)) tooBig.push(traveller);
      else ready.push({ traveller, message: composed.message });
      alone ||= big;
    }
    return { ready, unsendable, tooBig };
  }

  async #send(
    permit: Permit,
    { key, openedAt }: Pick<Intent, 'key' | 'openedAt'>,
    sent: readonly Ready[],
  ): Promise<AfterCall> {
    const { pool, retryBudget } = this.#tools;
    const { provider, timeoutMs } = permit;
    const messages = sent.map(({ message }) => message);
    retryBudget.firstAttempts(sent.length);
    const outcomes = await provider.send({ key, messages, timeoutMs });
    pool.report(permit, outcomes);
    const travellers = sent.map(({ traveller }) => traveller);
    const call = { key, openedAt, provider: provider.name };
    const asked = provider.capabilities.idempotencyKey
      ? await this.#inquiry.ask(call, messages, outcomes)
      : { outcomes };
    return this.#conclude(call, travellers, asked);
  }

  async #settle(
    provider: string,
    key: string,
    travellers: readonly Traveller[],
    outcomes: readonly Outcome[],
  ): Promise<AfterCall> {
    const { ledger, clock, meter, sink } = this.#tools;
    const now = clock.now();
    const verdicts = travellers.map(({ member }, i) => ({
      ordinal: member.ordinal,
      verdict: this.#judge(member, outcomes[i], now),
    }));
    const settlement = { claim: this.#claim, key, provider, verdicts, now };
    const settled = await ledger.settle(settlement);
    if (settled === 'stale') return { now: [], later: [], ended: 'stale' };
    if (sink) tellSink(sink, this.#dispatch, settlement);
    meter.accepted(this.#claim.lane, verdicts.filter(({ verdict }) => verdict.to === 'accepted').length);
    return this.#sortOut(provider, travellers, verdicts);
  }

  #judge(member: Member, outcome: Outcome | undefined, now: number): Verdict {
    const { retryRules, randomness } = this.#tools;
    const known = outcome ?? { kind: 'unknown', reason: 'the provider left this one out of its answer' };
    return judge(known, retryRules, {
      attempts: member.attempts,
      now,
      giveUpAt: this.#claim.giveUpAt,
      unknownPolicy: this.#dispatch.unknownPolicy,
      jitter: randomness.unit(),
    });
  }

  /** A pending verdict means another provider now, if retries are affordable, or later. */
  #sortOut(
    provider: string,
    travellers: readonly Traveller[],
    verdicts: readonly { readonly verdict: Verdict }[],
  ): AfterCall {
    const { retryBudget, clock } = this.#tools;
    const now: Traveller[] = [];
    const later: { ordinal: number; dueAt: number }[] = [];
    travellers.forEach(({ member, tried }, i) => {
      const verdict = verdicts[i]?.verdict;
      if (verdict?.to !== 'pending') return;
      if (verdict.elsewhere && retryBudget.spend(1, clock.monotonic())) {
        const attempts = member.attempts + (verdict.spent ? 1 : 0);
        now.push({ member: { ...member, attempts }, tried: [...tried, provider] });
      } else {
        later.push({ ordinal: member.ordinal, dueAt: verdict.dueAt });
      }
    });
    return { now, later };
  }
}

/** Counts bytes only where UTF-16 length leaves it open: n units are n to 3n bytes of UTF-8. */
function areBiggerThan(limit: number, parts: readonly Text[]): boolean {
  const units = parts.reduce((sum, part) => sum + part.length, 0);
  if (units * 3 <= limit) return false;
  return units > limit || parts.reduce((sum, part) => sum + Buffer.byteLength(plainText(part)), 0) > limit;
}
