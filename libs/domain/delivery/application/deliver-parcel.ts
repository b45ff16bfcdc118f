import type { Claim, Lanes, Leftover } from '#ports/delivery/lanes.js';
import type { LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import { backoff } from '#domain/delivery/model/retry-policy.js';
import { toRanges } from '#domain/delivery/model/ordinals.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Renderer } from '#ports/templating/renderer.js';
import type { Channel } from '#ports/delivery/channel.js';
import { type AfterCall, type CallTools, noneTried, ProviderCalls, type Traveller } from './call-provider.js';
import type { DispatchPacer } from './pace-dispatches.js';
import type { ProviderPool } from './provider-pool.js';
import type { RetryBudget } from './retry-budget.js';

/** One channel as the workers of a process use it: what fails on one spends nothing of another's. */
export interface ChannelLine {
  readonly channel: Channel;
  readonly pool: ProviderPool;
  readonly retryBudget: RetryBudget;
}

/** What a parcel needs on its way. */
export interface DeliveryTools extends Omit<CallTools, keyof ChannelLine> {
  /** By the channel's name. */
  readonly lines: ReadonlyMap<string, ChannelLine>;
  readonly lanes: Lanes;
  readonly renderer: Renderer;
  readonly pacer: DispatchPacer;
  /** Lets whoever else waits for this thread have a turn. Without it a full parcel is composed at a stretch. */
  readonly breathe?: (() => Promise<void>) | undefined;
}

/** A parcel that came back this often may hold a message that kills its worker: from then on it is split. */
const SUSPECT_RECEIVES = 3;
/** A single message that came back this often is a dead letter. */
const POISON_RECEIVES = 10;
/** Messages that are composed at a stretch: a few milliseconds, for which a code may have to wait. */
const AT_A_STRETCH = 100;
/** A parcel whose channel is not configured is looked at again after this long. */
const NO_CHANNEL_MS = 60_000;

/**
 * Takes one claimed parcel from the lane to its end: every member sent, settled or put back. Should the process die
 * anywhere in here the parcel comes again when its lease lapses, and its settled members are passed over.
 */
export class ParcelDelivery {
  readonly #tools: DeliveryTools;
  readonly #claim: Claim;
  readonly #stopping: () => boolean;
  readonly #waiting: Traveller[] = [];
  /** How many at the head of `#waiting` may share a call, as far as that has been looked at. */
  #alike = 0;
  readonly #later: { readonly ordinal: number; readonly dueAt: number }[] = [];
  readonly #calls = new Set<Promise<void>>();
  /** When to ask again about the calls that are still open; undefined if there are none. */
  #askAt: number | undefined;
  #composed = 0;
  /** A provider would have taken them: what they wait for is their dispatch's own rate. */
  #paced = false;
  #ended: AfterCall['ended'];

  constructor(tools: DeliveryTools, claim: Claim, stopping: () => boolean) {
    this.#tools = tools;
    this.#claim = claim;
    this.#stopping = stopping;
  }

  /** @param loaded what it holds, if that came with the claim: the ledger decides all the same about every call */
  async run(loaded?: LoadedParcel): Promise<void> {
    const { ledger, lanes, clock, renderer } = this.#tools;
    const parcel = loaded ?? (await ledger.load(this.#claim));
    if (!parcel) return;
    const { dispatch, members, orphans } = parcel;
    if (members.length + orphans.length === 0) return lanes.finish(this.#claim, [], clock.now());
    const line = this.#tools.lines.get(dispatch.channel);
    // The channel was taken out of the configuration. Whoever puts it back finds everything where it was.
    if (!line) return lanes.putBack(this.#claim, clock.now() + NO_CHANNEL_MS, clock.now());
    const { templateId, templateVersion, subject } = dispatch.content;
    const template = await renderer.prepare(dispatch.workspaceId, templateId, templateVersion, subject);
    const tools = { ...this.#tools, ...line };
    const calls = new ProviderCalls(tools, this.#claim, dispatch, template, this.#stopping);
    for (const orphan of orphans) this.#begin(calls.resolve(orphan));
    for (const member of members) this.#waiting.push({ member, tried: noneTried });
    // The ledger would refuse them too, but striking off is not to wait for a provider.
    this.#ended ??= endOf(parcel, clock.now());
    if (this.#ended === undefined && this.#claim.receives >= SUSPECT_RECEIVES) {
      // What is in doubt first: only this claim sees it.
      await this.#settled();
      if (await this.#isolated()) return;
    }
    await this.#sendAll(dispatch, calls, line.pool);
    await this.#finish();
  }

  /** Splits a suspect parcel into tenths, or buries a single message. True if there is nothing more to do. */
  async #isolated(): Promise<boolean> {
    const { ledger, lanes, clock } = this.#tools;
    const { receives } = this.#claim;
    const ordinals = this.#waiting.map(({ member }) => member.ordinal);
    if (this.#ended !== undefined || ordinals.length === 0) return false;
    if (ordinals.length === 1 && receives < POISON_RECEIVES) return false;
    const now = clock.now();
    // A parcel that holds an open call stays whole: until that is known, what may be poison is not touched either.
    if (this.#askAt !== undefined) {
      await lanes.putBack(this.#claim, this.#askAt, now);
      return true;
    }
    const leftovers = leftoversOf(this.#later);
    if (ordinals.length === 1) {
      await ledger.discard(this.#claim, ordinals, 'dead', `poison: received ${receives} times`, now);
    }
    const size = Math.ceil(ordinals.length / 10);
    for (let at = 0; at < ordinals.length && ordinals.length > 1; at += size) {
      leftovers.push({ members: toRanges(ordinals.slice(at, at + size)), dueAt: now, receives });
    }
    await lanes.finish(this.#claim, leftovers, now);
    return true;
  }

  async #sendAll(dispatch: Dispatch, calls: ProviderCalls, pool: ProviderPool): Promise<void> {
    for (;;) {
      while (this.#waiting.length > 0 && this.#ended === undefined && !this.#stopping()) {
        await this.#sendNext(dispatch, calls, pool);
      }
      if (this.#calls.size === 0) return;
      // A call that fails may put its members back in line.
      await this.#oneSettled();
    }
  }

  /** @throws what a call threw, once the others are out of hand too */
  async #oneSettled(): Promise<void> {
    await Promise.race(this.#calls).catch(async (error: unknown) => {
      await Promise.allSettled(this.#calls);
      throw error;
    });
  }

  async #settled(): Promise<void> {
    while (this.#calls.size > 0) await this.#oneSettled();
  }

  #begin(made: Promise<AfterCall>): void {
    const call: Promise<void> = made
      .then((after) => this.#takeBack(after))
      .finally(() => this.#calls.delete(call));
    this.#calls.add(call);
    // An early rejection is seen by whoever awaits the race; never let it be unhandled meanwhile.
    call.catch(() => {});
  }

  async #sendNext(dispatch: Dispatch, calls: ProviderCalls, pool: ProviderPool): Promise<void> {
    const { pacer, clock, retryRules, randomness } = this.#tools;
    const first = this.#waiting[0];
    if (!first) return;
    if (this.#alike === 0) this.#alike = alikeAtHead(this.#waiting, first);
    const want = this.#alike;
    const acquired = await pool.acquire({ lane: this.#claim.lane, want, excluding: new Set(first.tried) });
    if (acquired.kind === 'none') {
      const wait = backoff(retryRules, first.member.attempts, randomness.unit());
      return this.#putOff(this.#takeFirst(want), Math.max(acquired.retryAt, clock.now() + wait));
    }
    const { permit } = acquired;
    const paced = await pacer.draw(dispatch, permit.count);
    if (paced.kind === 'later') {
      pool.giveBack(permit);
      this.#paced = true;
      return this.#putOff(this.#takeFirst(this.#waiting.length), paced.dueAt);
    }
    const travellers = this.#takeFirst(Math.min(paced.count, permit.count));
    this.#begin(calls.make(permit, travellers));
    await this.#breathe(travellers.length);
  }

  async #breathe(composed: number): Promise<void> {
    this.#composed += composed;
    if (this.#composed < AT_A_STRETCH) return;
    this.#composed = 0;
    await this.#tools.breathe?.();
  }

  #takeFirst(count: number): Traveller[] {
    this.#alike = Math.max(0, this.#alike - count);
    return this.#waiting.splice(0, count);
  }

  #takeBack({ now, later, ended, askAt }: AfterCall): void {
    if (askAt !== undefined) this.#askAt = Math.min(this.#askAt ?? Infinity, askAt);
    this.#waiting.push(...now);
    this.#later.push(...later);
    this.#ended ??= ended;
  }

  #putOff(travellers: readonly Traveller[], dueAt: number): void {
    for (const { member } of travellers) this.#later.push({ ordinal: member.ordinal, dueAt });
  }

  async #finish(): Promise<void> {
    const { ledger, lanes, clock } = this.#tools;
    if (this.#ended === 'stale') return;
    const now = clock.now();
    this.#putOff(this.#waiting.splice(0), now);
    const unsent = this.#later.map(({ ordinal }) => ordinal);
    const end =
      this.#ended === 'halted'
        ? undefined
        : (this.#ended ?? (now >= this.#claim.giveUpAt && !this.#paced ? 'dead' : undefined));
    const ends = end !== undefined && unsent.length > 0;
    if (ends) {
      const reason = end === 'dead' ? 'time used up: no provider took it' : end;
      await ledger.discard(this.#claim, unsent, end, reason, now);
    }
    if (this.#askAt !== undefined) {
      // The parcel stays whole; whoever of it is due before the asking is not kept waiting.
      const due = ends ? [] : this.#later.map(({ dueAt }) => dueAt);
      return lanes.putBack(this.#claim, Math.min(this.#askAt, ...due), now);
    }
    await lanes.finish(this.#claim, ends ? [] : leftoversOf(this.#later), now);
  }
}

function endOf({ dispatch, control }: LoadedParcel, now: number): AfterCall['ended'] {
  if (control !== 'open') return control;
  return dispatch.expiresAt !== undefined && now >= dispatch.expiresAt ? 'expired' : undefined;
}

/** With one message a call this is asked a thousand times a parcel: the answer is kept and counted down. */
function alikeAtHead(waiting: readonly Traveller[], first: Traveller): number {
  const unlike = waiting.findIndex((one) => !sameTried(one.tried, first.tried));
  return unlike === -1 ? waiting.length : unlike;
}

function sameTried(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, i) => name === b[i]));
}

/** Those due within the same second share a parcel. */
function leftoversOf(later: readonly { readonly ordinal: number; readonly dueAt: number }[]): Leftover[] {
  const byDue = Map.groupBy(later, ({ dueAt }) => Math.ceil(dueAt / 1000));
  return [...byDue.values()].map((group) => ({
    members: toRanges(group.map(({ ordinal }) => ordinal)),
    dueAt: Math.max(...group.map(({ dueAt }) => dueAt)),
  }));
}
