import type { Member } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import { backoff, judge, type RetryRules, type Verdict } from '#domain/delivery/model/retry-policy.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { Claim, Lanes, Leftover } from '#ports/delivery/lanes.js';
import type { Intent, Ledger, LoadedParcel } from '#ports/delivery/ledger.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { PreparedTemplate, Renderer } from '#ports/templating/renderer.js';
import { composeEmail } from './compose-email.js';
import type { DispatchPacer } from './pace-dispatches.js';
import type { Permit, ProviderPool } from './provider-pool.js';
import type { RetryBudget } from './retry-budget.js';

/** What a parcel needs on its way. */
export interface DeliveryTools {
  readonly ledger: Ledger;
  readonly lanes: Lanes;
  readonly renderer: Renderer;
  readonly links: RecipientLinks;
  readonly pool: ProviderPool;
  readonly pacer: DispatchPacer;
  readonly retryBudget: RetryBudget;
  readonly retryRules: RetryRules;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomness: Randomness;
}

/** A parcel that came back this often may hold a message that kills its worker: from then on it is split. */
const SUSPECT_RECEIVES = 3;
/** A single message that came back this often is a dead letter. */
const POISON_RECEIVES = 10;
/** A provider that keeps idempotency keys is asked this often what became of a call. */
const ASK_AGAIN = 4;

/** A member on its way, with the providers it has just failed with. */
interface Traveller {
  readonly member: Member;
  readonly tried: readonly string[];
}

const NONE_TRIED: readonly string[] = [];

/**
 * Takes one claimed parcel from the lane to its end: every member sent, settled or put back.
 *
 * Nothing leaves before its intent is durable; nothing is settled but under that intent. If the process dies
 * - before `openIntent`: the parcel comes again, its members still pending;
 * - between `openIntent` and `settle`: the members are orphans of the parcel's next claim, resolved by policy;
 * - after `settle`, before `finish`: the parcel comes again and its settled members are passed over.
 */
export class ParcelDelivery {
  readonly #tools: DeliveryTools;
  readonly #claim: Claim;
  readonly #stopping: () => boolean;
  readonly #waiting: Traveller[] = [];
  readonly #later: { ordinal: number; dueAt: number }[] = [];
  readonly #calls = new Set<Promise<void>>();
  #ended: 'halted' | 'cancelled' | 'expired' | 'stale' | undefined;

  constructor(tools: DeliveryTools, claim: Claim, stopping: () => boolean) {
    this.#tools = tools;
    this.#claim = claim;
    this.#stopping = stopping;
  }

  async run(): Promise<void> {
    const { ledger, lanes, clock, renderer } = this.#tools;
    const parcel = await ledger.load(this.#claim);
    if (!parcel) return;
    const { dispatch } = parcel;
    if (parcel.members.length + parcel.orphans.length === 0) return lanes.finish(this.#claim, [], clock.now());
    // To ask a provider again may be to send: not while the dispatch is halted. The parcel comes back when it is released.
    if (parcel.control === 'halted' && parcel.orphans.length > 0) return;
    if (this.#claim.receives >= SUSPECT_RECEIVES && (await this.#isolate(parcel.members, parcel.orphans))) return;
    const { templateId, templateVersion, subject } = dispatch.content;
    const template = await renderer.prepare(dispatch.workspaceId, templateId, templateVersion, subject);
    for (const orphan of parcel.orphans) await this.#resolveOrphan(parcel, template, orphan);
    this.#waiting.push(...parcel.members.map((member) => ({ member, tried: NONE_TRIED })));
    await this.#sendAll(dispatch, template);
    await this.#finish();
  }

  /** Splits a suspect parcel into tenths, or buries a single message. True if there is nothing more to do. */
  async #isolate(members: readonly Member[], orphans: readonly Intent[]): Promise<boolean> {
    const { ledger, lanes, clock } = this.#tools;
    // What is in doubt must be resolved first, under the claim that can see it.
    if (orphans.length > 0) return false;
    const now = clock.now();
    const { receives } = this.#claim;
    if (members.length === 1) {
      if (receives < POISON_RECEIVES) return false;
      await ledger.discard(this.#claim, [members[0]?.ordinal ?? -1], 'dead', `poison: received ${receives} times`, now);
      await lanes.finish(this.#claim, [], now);
      return true;
    }
    const size = Math.ceil(members.length / 10);
    const leftovers: Leftover[] = [];
    for (let at = 0; at < members.length; at += size) {
      leftovers.push({ members: members.slice(at, at + size).map(toRange), dueAt: now, receives });
    }
    await lanes.finish(this.#claim, leftovers, now);
    return true;
  }

  async #sendAll(dispatch: Dispatch, template: PreparedTemplate): Promise<void> {
    for (;;) {
      while (this.#waiting.length > 0 && this.#ended === undefined && !this.#stopping()) {
        await this.#sendNext(dispatch, template);
      }
      if (this.#calls.size === 0) return;
      // A call that fails may put its members back in line.
      await Promise.race(this.#calls).catch(async (error: unknown) => {
        await Promise.allSettled(this.#calls);
        throw error;
      });
    }
  }

  async #sendNext(dispatch: Dispatch, template: PreparedTemplate): Promise<void> {
    const { pacer, pool, clock } = this.#tools;
    const first = this.#waiting[0];
    if (!first) return;
    const unlike = this.#waiting.findIndex((one) => !sameTried(one.tried, first.tried));
    const want = unlike === -1 ? this.#waiting.length : unlike;
    const acquired = await pool.acquire({ lane: this.#claim.lane, want, excluding: new Set(first.tried) });
    if (acquired.kind === 'none') {
      const retryAt = Math.max(acquired.retryAt, clock.now() + backoff(this.#tools.retryRules, first.member.attempts, this.#tools.randomness.unit()));
      return this.#putOff(this.#waiting.splice(0, want), retryAt);
    }
    const { permit } = acquired;
    const paced = await pacer.draw(dispatch, permit.count);
    if (paced.kind === 'later') {
      pool.giveBack(permit);
      return this.#putOff(this.#waiting.splice(0), paced.dueAt);
    }
    const travellers = this.#waiting.splice(0, Math.min(paced.count, permit.count));
    const call: Promise<void> = this.#makeCall(dispatch, template, permit, travellers).finally(() => this.#calls.delete(call));
    this.#calls.add(call);
    // An early rejection is seen by whoever awaits the race; never let it be unhandled meanwhile.
    call.catch(() => {});
  }

  #putOff(travellers: readonly Traveller[], dueAt: number): void {
    for (const { member } of travellers) this.#later.push({ ordinal: member.ordinal, dueAt });
  }

  async #makeCall(dispatch: Dispatch, template: PreparedTemplate, permit: Permit, all: readonly Traveller[]): Promise<void> {
    const { pool, ids, ledger, clock } = this.#tools;
    const composed = this.#compose(dispatch, template, permit, all);
    const key = ids.next('call');
    let answer;
    try {
      answer = await ledger.openIntent({
        claim: this.#claim,
        key,
        provider: permit.provider.name,
        ordinals: composed.ready.map(({ traveller }) => traveller.member.ordinal),
        unsendable: composed.unsendable,
        now: clock.now(),
      });
    } catch (error) {
      pool.giveBack(permit);
      throw error;
    }
    if (answer.kind !== 'opened') {
      pool.giveBack(permit);
      if (answer.kind === 'empty') return;
      this.#ended = answer.kind;
      this.#waiting.push(...composed.ready.map(({ traveller }) => traveller));
      return;
    }
    const refused = new Set(answer.refused);
    const sent = refused.size === 0 ? composed.ready : composed.ready.filter(({ traveller }) => !refused.has(traveller.member.ordinal));
    await this.#sendAndSettle(dispatch, permit, key, sent);
  }

  /** Renders as many as fit in one call; those too big for company go back in line to travel alone. */
  #compose(dispatch: Dispatch, template: PreparedTemplate, permit: Permit, all: readonly Traveller[]) {
    const ready: { traveller: Traveller; message: EmailMessage }[] = [];
    const unsendable: { ordinal: number; reason: string }[] = [];
    const limit = permit.provider.capabilities.maxBatchedMessageBytes;
    for (const traveller of all) {
      const composed = composeEmail(dispatch, traveller.member, template, this.#tools.links);
      if ('unsendable' in composed) unsendable.push({ ordinal: traveller.member.ordinal, reason: composed.unsendable });
      else if (ready.length > 0 && bytesOver(composed.message, limit)) this.#waiting.push(traveller);
      else if (ready.length > 0 && bytesOver(ready[0]?.message, limit)) this.#waiting.push(traveller);
      else ready.push({ traveller, message: composed.message });
    }
    return { ready, unsendable };
  }

  async #sendAndSettle(
    dispatch: Dispatch,
    permit: Permit,
    key: string,
    sent: readonly { traveller: Traveller; message: EmailMessage }[],
  ): Promise<void> {
    const { pool, retryBudget } = this.#tools;
    const { provider, timeoutMs } = permit;
    const messages = sent.map(({ message }) => message);
    retryBudget.firstAttempts(sent.length);
    let outcomes = await provider.send({ key, messages, timeoutMs });
    pool.report(permit, outcomes);
    if (provider.capabilities.idempotencyKey) outcomes = await this.#askAgain(provider.name, key, messages, outcomes);
    await this.#settle(dispatch, provider.name, key, sent.map(({ traveller }) => traveller), outcomes);
  }

  /** Where the provider keeps idempotency keys a lost answer is no riddle: the same call brings the same answer. */
  async #askAgain(name: string, key: string, messages: readonly EmailMessage[], first: readonly Outcome[]): Promise<readonly Outcome[]> {
    const { pool, clock, randomness, retryRules } = this.#tools;
    let outcomes = first;
    for (let asked = 0; asked < ASK_AGAIN && outcomes.some(({ kind }) => kind === 'unknown') && !this.#stopping(); asked++) {
      await new Promise<void>((resolve) => clock.after(1 + backoff(retryRules, asked, randomness.unit()), resolve));
      const permit = pool.again(name, messages.length);
      if (!permit) break;
      const answer = await permit.provider.send({ key, messages, timeoutMs: permit.timeoutMs });
      pool.report(permit, answer);
      // Until it is accepted or refused for good, what the first call did stays unknown.
      outcomes = answer.map((outcome, i) => (settles(outcome) ? outcome : (outcomes[i] ?? outcome)));
    }
    return outcomes;
  }

  async #settle(
    dispatch: Dispatch,
    provider: string,
    key: string,
    travellers: readonly Traveller[],
    outcomes: readonly Outcome[],
  ): Promise<void> {
    const { ledger, clock, randomness, retryRules } = this.#tools;
    const now = clock.now();
    const verdicts = travellers.map(({ member }, i) => {
      const outcome: Outcome = outcomes[i] ?? { kind: 'unknown', reason: 'the provider left this one out of its answer' };
      const circumstances = {
        attempts: member.attempts,
        now,
        giveUpAt: this.#claim.giveUpAt,
        unknownPolicy: dispatch.unknownPolicy,
        jitter: randomness.unit(),
      };
      return { ordinal: member.ordinal, verdict: judge(outcome, retryRules, circumstances) };
    });
    const settled = await ledger.settle({ claim: this.#claim, key, provider, verdicts, now });
    if (settled === 'stale') {
      this.#ended = 'stale';
      return;
    }
    travellers.forEach((traveller, i) => this.#continue(traveller, provider, verdicts[i]?.verdict));
  }

  /** A pending verdict means another provider now, if retries are affordable, or later. */
  #continue({ member, tried }: Traveller, provider: string, verdict: Verdict | undefined): void {
    if (verdict?.to !== 'pending') return;
    const { retryBudget, clock } = this.#tools;
    const onward: Member = { ...member, attempts: member.attempts + (verdict.spent ? 1 : 0) };
    if (verdict.elsewhere && retryBudget.spend(1, clock.monotonic())) {
      this.#waiting.push({ member: onward, tried: [...tried, provider] });
    } else {
      this.#later.push({ ordinal: member.ordinal, dueAt: verdict.dueAt });
    }
  }

  /** A call that a dead worker left open: ask the provider, if it can be asked, or let the policy decide. */
  async #resolveOrphan({ dispatch, control }: LoadedParcel, template: PreparedTemplate, orphan: Intent): Promise<void> {
    const { pool, links } = this.#tools;
    const travellers = orphan.members.map((member) => ({ member, tried: NONE_TRIED }));
    const lost: Outcome = { kind: 'unknown', reason: 'the worker died before the outcome was known' };
    let outcomes: readonly Outcome[] = travellers.map(() => lost);
    if (control === 'open' && pool.named(orphan.provider)?.provider.capabilities.idempotencyKey) {
      const messages = orphan.members.map((member) => composeEmail(dispatch, member, template, links));
      const whole = messages.flatMap((composed) => ('message' in composed ? [composed.message] : []));
      // Only the very same call is answered from the provider's memory.
      if (whole.length === messages.length && whole.length > 0) {
        outcomes = await this.#askAgain(orphan.provider, orphan.key, whole, outcomes);
      }
    }
    await this.#settle(dispatch, orphan.provider, orphan.key, travellers, outcomes);
  }

  async #finish(): Promise<void> {
    const { ledger, lanes, clock } = this.#tools;
    if (this.#ended === 'stale') return;
    const now = clock.now();
    const waiting = this.#waiting.map(({ member }) => member.ordinal);
    const unsent = [...waiting, ...this.#later.map(({ ordinal }) => ordinal)];
    if (this.#ended === 'cancelled' || this.#ended === 'expired') {
      if (unsent.length > 0) await ledger.discard(this.#claim, unsent, this.#ended, this.#ended, now);
      return lanes.finish(this.#claim, [], now);
    }
    const overdue = now >= this.#claim.giveUpAt ? this.#later.splice(0).map(({ ordinal }) => ordinal) : [];
    if (overdue.length > 0) await ledger.discard(this.#claim, overdue, 'dead', 'time used up: no provider took it', now);
    for (const ordinal of waiting) this.#later.push({ ordinal, dueAt: now });
    await lanes.finish(this.#claim, leftoversOf(this.#later), now);
  }
}

function sameTried(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, i) => name === b[i]));
}

function settles(outcome: Outcome): boolean {
  return outcome.kind === 'accepted' || outcome.kind === 'rejected';
}

function toRange({ ordinal }: { readonly ordinal: number }): [number, number] {
  return [ordinal, ordinal];
}

/** Those due within the same second share a parcel. */
function leftoversOf(later: readonly { ordinal: number; dueAt: number }[]): Leftover[] {
  const byDue = Map.groupBy(later, ({ dueAt }) => Math.ceil(dueAt / 1000));
  return [...byDue.values()].map((group) => ({
    members: joined(group.map(({ ordinal }) => ordinal)),
    dueAt: Math.min(...group.map(({ dueAt }) => dueAt)),
  }));
}

function joined(ordinals: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const ordinal of [...ordinals].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && ordinal === last[1] + 1) last[1] = ordinal;
    else ranges.push([ordinal, ordinal]);
  }
  return ranges;
}

/** Cheap where it matters: a string of n UTF-16 units has at most 3n UTF-8 bytes. */
function bytesOver(message: EmailMessage | undefined, limit: number): boolean {
  if (!message || !Number.isFinite(limit)) return false;
  const units = message.subject.length + (message.html?.length ?? 0) + (message.text?.length ?? 0);
  if (units * 3 <= limit) return false;
  if (units > limit) return true;
  return Buffer.byteLength(message.subject) + Buffer.byteLength(message.html ?? '') + Buffer.byteLength(message.text ?? '') > limit;
}
