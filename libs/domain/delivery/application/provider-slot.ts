import {
  admit,
  type Breaker,
  type BreakerRules,
  type CallResult,
  closedBreaker,
  heardClosed,
  heardOpen,
  record,
} from '#domain/delivery/model/breaker.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { ProviderStatus } from '#domain/delivery/model/provider-status.js';
import type { Share } from '#domain/delivery/model/rate-share.js';
import type { AnyProvider } from '#ports/delivery/message-provider.js';
import type { ProviderTurn } from '#ports/delivery/provider-news.js';
import { ProviderRate, type RateLimit } from './provider-rate.js';

export interface ProviderSettings extends RateLimit {
  /** A share of the traffic while several are healthy; undefined for all: strictly in order. */
  readonly weight?: number;
  readonly timeoutMs: number;
  readonly breaker: BreakerRules;
}

/** Share of calls in flight that only the critical lane may use. */
const CRITICAL_RESERVE = 0.1;
/** Work that only other workers may do is put back for so long: whoever takes it up then may be one of them. */
const ELSEWHERE_MS = 500;

export type Readiness =
  | { readonly kind: 'ready'; readonly count: number; readonly probe: boolean }
  /** Healthy, only busy: worth waiting for. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** Healthy, but other workers have all of its rate. */
  | { readonly kind: 'elsewhere'; readonly waitMs: number }
  /** Not to be used until then (breaker, throttling, quota); Infinity until somebody acts. */
  | { readonly kind: 'away'; readonly until: number };

export interface Transition {
  readonly provider: string;
  readonly from: Breaker['state'];
  readonly to: Breaker['state'];
  readonly reason: string;
}

/**
 * One provider as the pool sees it: breaker, rate budget and the calls under way. `now` is wall time for the
 * breaker and parking, `mono` monotonic time for the budget.
 */
export class ProviderSlot {
  readonly channel: string;
  readonly provider: AnyProvider;
  readonly settings: ProviderSettings;
  #breaker: Breaker = closedBreaker;
  readonly #rate: ProviderRate;
  #inFlight = 0;
  /** Calls allowed at once: falls to one when throttled, grows with every success (as TCP does). */
  #window: number;
  #pausedUntil = 0;
  #recent: { at: number; accepted: number; failed: number }[] = [];

  constructor(
    channel: string,
    provider: AnyProvider,
    settings: ProviderSettings,
    share: Share | undefined,
    mono: number,
  ) {
    this.channel = channel;
    this.provider = provider;
    this.settings = settings;
    this.#rate = new ProviderRate(settings, share, mono);
    this.#window = provider.capabilities.maxInFlight;
  }

  get name(): string {
    return this.provider.name;
  }

  /** What it could take now for a lane; draws nothing. */
  readiness(lane: Lane, want: number, now: number, mono: number): Readiness {
    const critical = lane === 'critical';
    const { state } = this.#breaker;
    if (state === 'misconfigured') return { kind: 'away', until: Infinity };
    if (this.#breaker.state === 'open' && now < this.#breaker.until)
      return { kind: 'away', until: this.#breaker.until };
    if (now < this.#pausedUntil) return { kind: 'away', until: this.#pausedUntil };
    const { admitted } = admit(this.#breaker, this.settings.breaker, now);
    if (admitted === 'no') return { kind: 'away', until: now + 50 };
    const cap = Math.min(this.#window, this.provider.capabilities.maxInFlight);
    const room = critical ? cap : Math.max(1, Math.floor(cap * (1 - CRITICAL_RESERVE)));
    if (this.#inFlight >= room) return { kind: 'busy', waitMs: Infinity };
    const probe = admitted === 'probe';
    const count = probe ? 1 : Math.min(want, this.provider.capabilities.maxBatch);
    return this.#affordable(count, probe, critical, mono);
  }

  #affordable(count: number, probe: boolean, critical: boolean, mono: number): Readiness {
    if (this.#rate.isNone) return { kind: 'elsewhere', waitMs: ELSEWHERE_MS };
    const { tokens, waitMs } = this.#rate.available(critical, mono);
    if (tokens < 1) return { kind: 'busy', waitMs };
    return { kind: 'ready', count: this.#costOf(count) === 1 ? count : Math.min(count, tokens), probe };
  }

  /** Takes what `readiness` just offered. */
  take(count: number, now: number, mono: number): void {
    this.#breaker = admit(this.#breaker, this.settings.breaker, now).breaker;
    this.takeAgain(count, mono);
  }

  /**
   * When a call may be repeated: its breaker has no say, because only the provider that had the call can tell what
   * became of it, but a provider that asked us to wait is waited for and the rate budget holds.
   */
  repeatableAt(count: number, now: number, mono: number): number {
    if (this.#rate.isNone) return Math.max(this.#pausedUntil, now + ELSEWHERE_MS);
    return Math.max(this.#pausedUntil, now + this.#rate.waitFor(this.#costOf(count), mono));
  }

  /**
   * Takes what a repeated call needs. It is no probe, so the breaker's places stay with those that are. A call can't be
   * made smaller than it was when more of the rate was ours: what it takes beyond the burst is owed.
   */
  takeAgain(count: number, mono: number): void {
    this.#rate.spend(this.#costOf(count), mono);
    this.#inFlight += 1;
  }

  /** Tokens that a call with so many messages takes. */
  #costOf(count: number): number {
    return this.provider.capabilities.rateUnit === 'calls' ? 1 : count;
  }

  /** A permit that led to no call: its place is given back, its tokens stay drawn (never more than allowed). */
  giveBack(probe: boolean, now: number, jitter: number): void {
    this.#inFlight -= 1;
    this.#breaker = record(this.#breaker, this.settings.breaker, { kind: 'neutral' }, now, jitter, probe);
  }

  report(
    outcomes: readonly Outcome[],
    probe: boolean,
    now: number,
    mono: number,
    jitter: number,
  ): Transition | undefined {
    this.#inFlight -= 1;
    const result = callResult(outcomes);
    const from = this.#breaker.state;
    this.#breaker = record(this.#breaker, this.settings.breaker, result, now, jitter, probe);
    const accepted = outcomes.filter((outcome) => outcome.kind === 'accepted').length;
    this.#remember(now, accepted, result.kind === 'failure');
    if (accepted > 0 || result.kind === 'success') {
      this.#window = Math.min(this.provider.capabilities.maxInFlight, this.#window + 1);
    }
    for (const outcome of outcomes)
      if (outcome.kind === 'throttled') this.#slowDown(outcome, now, mono, jitter);
    const to = this.#breaker.state;
    return from === to ? undefined : { provider: this.name, from, to, reason: reasonOf(outcomes) };
  }

  #slowDown(
    outcome: Extract<Outcome, { kind: 'throttled' }>,
    now: number,
    mono: number,
    jitter: number,
  ): void {
    // One recipient domain's own limit says nothing about the account's, nor does a message returned for its neighbour's sake.
    if (outcome.domain !== undefined || outcome.retryAfterMs === 0) return;
    if (outcome.parkUntil !== undefined) this.#pausedUntil = Math.max(this.#pausedUntil, outcome.parkUntil);
    const pause = outcome.retryAfterMs ?? 1000 * (0.5 + jitter / 2);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    this.#window = 1;
    this.#rate.slowDown(() => this.#recentRate(now), mono);
  }

  /** The provider's own word on how fast the account may be used. */
  learnRate(perSecond: number, mono: number): void {
    this.#rate.learn(perSecond, mono);
  }

  /** Workers have come or gone: how much of the rate is ours from now on. */
  adopt(share: Share | undefined, mono: number): void {
    this.#rate.adopt(share, mono);
  }

  /**
   * What the other workers are to know of a transition. A probe that failed is not told: whose way to the provider is
   * broken, not the provider, would keep everyone away for as long. Nor does a refused account keep others away for good:
   * they may have been given better credentials already.
   */
  newsOf({ from, to, reason }: Transition, now: number): ProviderTurn | undefined {
    const about = { channel: this.channel, provider: this.name };
    const breaker = this.#breaker;
    if (to === 'closed') return { ...about, kind: 'closed' };
    if (to === 'misconfigured')
      return { ...about, kind: 'opened', forMs: this.settings.breaker.openMs, reason };
    if (from !== 'closed' || breaker.state !== 'open') return undefined;
    return { ...about, kind: 'opened', forMs: breaker.until - now, reason };
  }

  hear(turn: ProviderTurn, now: number): Transition | undefined {
    const from = this.#breaker.state;
    this.#breaker =
      turn.kind === 'closed'
        ? heardClosed(this.#breaker, now)
        : heardOpen(this.#breaker, this.settings.breaker, turn.forMs, now);
    if (turn.kind === 'closed' || this.#breaker.state === from) return undefined;
    return { provider: this.name, from, to: this.#breaker.state, reason: `another worker: ${turn.reason}` };
  }

  #remember(now: number, accepted: number, failed: boolean): void {
    const last = this.#recent.at(-1);
    const second = Math.floor(now / 1000) * 1000;
    if (last?.at === second) {
      last.accepted += accepted;
      last.failed += failed ? 1 : 0;
    } else {
      this.#recent = [
        ...this.#recent.filter(({ at }) => at > now - 60_000),
        { at: second, accepted, failed: failed ? 1 : 0 },
      ];
    }
  }

  #recentRate(now: number): number {
    const seconds = this.#recent.filter(({ at }) => at >= now - 5000);
    return seconds.reduce((sum, one) => sum + one.accepted, 0) / Math.max(1, seconds.length);
  }

  status(now: number): ProviderStatus {
    const breaker = this.#breaker;
    const parked = now < this.#pausedUntil;
    const minute = this.#recent.filter(({ at }) => at > now - 60_000);
    const calls = breaker.state === 'closed' ? breaker.calls : [];
    return {
      name: this.name,
      channel: this.channel,
      state:
        breaker.state === 'misconfigured'
          ? 'open'
          : breaker.state === 'closed' && parked
            ? 'parked'
            : breaker.state,
      since: breaker.state === 'closed' ? null : breaker.since,
      until: parked ? this.#pausedUntil : breaker.state === 'open' ? breaker.until : null,
      reason: breaker.state === 'misconfigured' ? breaker.reason : null,
      sentLastMinute: minute.reduce((sum, one) => sum + one.accepted, 0),
      failureRate:
        calls.length === 0
          ? breaker.state === 'closed'
            ? 0
            : 1
          : calls.filter((call) => call.failed).length / calls.length,
      budget: {
        perSecond: Number.isFinite(this.#rate.perSecond) ? this.#rate.perSecond : null,
        burst: Number.isFinite(this.#rate.burst) ? this.#rate.burst : null,
        unit: this.provider.capabilities.rateUnit,
        inFlight: this.#inFlight,
      },
    };
  }
}

/** A call counts once, by the worst thing that befell a message in it; rejections are the recipient's affair. */
function callResult(outcomes: readonly Outcome[]): CallResult {
  const misconfigured = outcomes.find((outcome) => outcome.kind === 'misconfigured');
  if (misconfigured) return { kind: 'misconfigured', reason: misconfigured.reason };
  const kinds = new Set(outcomes.map((outcome) => outcome.kind));
  if (kinds.has('accepted') || kinds.has('rejected')) return { kind: 'success' };
  if (kinds.has('unavailable') || kinds.has('unknown')) return { kind: 'failure' };
  return { kind: 'neutral' };
}

function reasonOf(outcomes: readonly Outcome[]): string {
  for (const outcome of outcomes) if (outcome.kind !== 'accepted') return outcome.reason;
  return 'probes passed';
}
