import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { Share } from '#domain/delivery/model/rate-share.js';
import type { ProviderStatus } from '#domain/delivery/model/provider-status.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { AnyProvider } from '#ports/delivery/message-provider.js';
import type { Clock } from '#ports/system/clock.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { ProviderTurn } from '#ports/delivery/provider-news.js';
import { alone, type Company } from './company.js';
import { ProviderSlot, type ProviderSettings, type Readiness, type Transition } from './provider-slot.js';

/** Leave to make one call of up to `count` messages. It ends with `report` or `giveBack`, exactly once. */
export interface Permit {
  readonly provider: AnyProvider;
  readonly count: number;
  readonly timeoutMs: number;
  readonly probe: boolean;
}

export type Acquired =
  { readonly kind: 'permit'; readonly permit: Permit } | { readonly kind: 'none'; readonly retryAt: number };

interface Wanted {
  readonly lane: Lane;
  /** Messages at hand. */
  readonly want: number;
  /** Providers that these messages have just failed with. */
  readonly excluding: ReadonlySet<string>;
}

/** Waiting in hand is cheaper than putting back, up to this long. */
const MAX_WAIT_MS = 5_000;
const LANE_ORDER: readonly Lane[] = ['critical', 'standard', 'bulk'];

/**
 * Chooses who sends. Providers are tried in the configured order: the first that is healthy and has tokens; one that
 * is only busy is waited for, one that is away is passed over. So traffic moves on within one call of a failure and
 * comes back as soon as the breaker closes.
 */
export class ProviderPool {
  readonly #slots: readonly ProviderSlot[];
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #onTransition: (transition: Transition) => void;
  readonly #company: Company;
  #share: Share | undefined;
  readonly #leaveCompany: readonly (() => void)[];
  readonly #waiters = new Set<{ lane: Lane; wake: () => void }>();

  constructor(
    channel: string,
    providers: readonly { readonly provider: AnyProvider; readonly settings: ProviderSettings }[],
    clock: Clock,
    randomness: Randomness,
    onTransition: (transition: Transition) => void = () => {},
    company: Company = alone,
  ) {
    this.#clock = clock;
    this.#randomness = randomness;
    this.#onTransition = onTransition;
    this.#company = company;
    const share = company.shares.share();
    this.#share = share;
    this.#slots = providers.map(
      ({ provider, settings }) => new ProviderSlot(channel, provider, settings, share, clock.monotonic()),
    );
    this.#leaveCompany = [
      company.shares.onChanged(() => this.#adoptShare()),
      company.news.onHeard((turn) => this.#hear(channel, turn)),
    ];
  }

  /** Waits, at most a few seconds, for a provider that may take at least one of the messages. */
  async acquire(wanted: Wanted): Promise<Acquired> {
    const deadline = this.#clock.monotonic() + MAX_WAIT_MS;
    for (;;) {
      const found = this.#look(wanted);
      if (found.kind === 'permit') return found;
      const left = deadline - this.#clock.monotonic();
      if (left <= 0 || found.elsewhere || (!found.busy && found.waitMs > left)) {
        return { kind: 'none', retryAt: this.#clock.now() + Math.max(100, Math.min(found.waitMs, 60_000)) };
      }
      await this.#wait(wanted.lane, Math.min(found.waitMs, left));
    }
  }

  #look(
    wanted: Wanted,
  ):
    { kind: 'permit'; permit: Permit } | { kind: 'wait'; waitMs: number; busy: boolean; elsewhere: boolean } {
    const [now, mono] = [this.#clock.now(), this.#clock.monotonic()];
    let waitMs = Infinity;
    let [busy, elsewhere] = [false, false];
    this.#adoptShare();
    for (const slot of this.#inOrder()) {
      if (wanted.excluding.has(slot.name)) continue;
      const readiness = slot.readiness(wanted.lane, wanted.want, now, mono);
      if (readiness.kind === 'ready') {
        slot.take(readiness.count, now, mono);
        return { kind: 'permit', permit: permitOf(slot, readiness.count, readiness.probe) };
      }
      waitMs = Math.min(waitMs, waitOf(readiness, now));
      // A healthy provider that is merely busy is worth its queue; only what is urgent looks further.
      busy ||= readiness.kind === 'busy';
      elsewhere ||= readiness.kind === 'elsewhere';
      if ((busy || elsewhere) && wanted.lane !== 'critical') break;
    }
    // Everyone has been tried: nothing to wait for here, the messages' own backoff decides.
    return {
      kind: 'wait',
      waitMs:
        Number.isFinite(waitMs) || this.#slots.some((slot) => !wanted.excluding.has(slot.name)) ? waitMs : 0,
      busy,
      // Its own worker is sooner found by putting it back.
      elsewhere: elsewhere && !busy,
    };
  }

  /** The configured order; with weights, the first place is drawn and the rest keep their order behind it. */
  #inOrder(): readonly ProviderSlot[] {
    const total = this.#slots.reduce((sum, slot) => sum + (slot.settings.weight ?? 0), 0);
    if (total === 0) return this.#slots;
    let at = this.#randomness.unit() * total;
    const first = this.#slots.find((slot) => (at -= slot.settings.weight ?? 0) < 0);
    return first ? [first, ...this.#slots.filter((slot) => slot !== first)] : this.#slots;
  }

  async #wait(lane: Lane, ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiter = {
        lane,
        wake: () => {
          this.#waiters.delete(waiter);
          cancel();
          resolve();
        },
      };
      const cancel = this.#clock.after(Number.isFinite(ms) ? Math.max(1, ms) : MAX_WAIT_MS, waiter.wake);
      this.#waiters.add(waiter);
    });
  }

  #wakeAll(): void {
    for (const lane of LANE_ORDER)
      for (const waiter of [...this.#waiters]) if (waiter.lane === lane) waiter.wake();
  }

  report(permit: Permit, outcomes: readonly Outcome[]): void {
    const slot = this.#slotOf(permit);
    const transition = slot.report(
      outcomes,
      permit.probe,
      this.#clock.now(),
      this.#clock.monotonic(),
      this.#randomness.unit(),
    );
    if (transition) {
      this.#onTransition(transition);
      const news = slot.newsOf(transition, this.#clock.now());
      if (news) this.#company.news.tell(news);
    }
    this.#wakeAll();
  }

  /** Told by another worker, so it is not passed on. */
  #hear(channel: string, turn: ProviderTurn): void {
    if (turn.channel !== channel) return;
    const transition = this.#slots.find((one) => one.name === turn.provider)?.hear(turn, this.#clock.now());
    if (transition) this.#onTransition(transition);
    this.#wakeAll();
  }

  /** Before anything is drawn too: a process that was frozen finds only then that its place is gone. */
  #adoptShare(): void {
    const share = this.#company.shares.share();
    if (share === this.#share) return;
    this.#share = share;
    for (const slot of this.#slots) slot.adopt(share, this.#clock.monotonic());
    this.#wakeAll();
  }

  giveBack(permit: Permit): void {
    this.#slotOf(permit).giveBack(permit.probe, this.#clock.now(), this.#randomness.unit());
    this.#wakeAll();
  }

  /** The provider of a call made earlier, perhaps by a process that died since; undefined if no longer configured. */
  named(name: string): AnyProvider | undefined {
    return this.#slots.find((slot) => slot.name === name)?.provider;
  }

  /** Leave to repeat a call at the provider that had it, whatever its breaker says; undefined if it is gone. */
  again(name: string, count: number): Acquired | undefined {
    const slot = this.#slots.find((one) => one.name === name);
    if (!slot) return undefined;
    this.#adoptShare();
    const [now, mono] = [this.#clock.now(), this.#clock.monotonic()];
    const retryAt = slot.repeatableAt(count, now, mono);
    if (retryAt > now) return { kind: 'none', retryAt };
    slot.takeAgain(count, mono);
    return { kind: 'permit', permit: permitOf(slot, count, false) };
  }

  /** Asks each provider how fast it may be used. One that doesn't answer keeps what was known. */
  async learnRates(): Promise<void> {
    await Promise.allSettled(
      this.#slots.map(async (slot) => {
        const { perSecond } = await slot.provider.quota();
        if (perSecond !== undefined) slot.learnRate(perSecond, this.#clock.monotonic());
      }),
    );
  }

  statuses(): ProviderStatus[] {
    return this.#slots.map((slot) => slot.status(this.#clock.now()));
  }

  close(): void {
    for (const leave of this.#leaveCompany) leave();
    for (const slot of this.#slots) slot.provider.close();
  }

  #slotOf(permit: Permit): ProviderSlot {
    const slot = this.#slots.find((one) => one.provider === permit.provider);
    if (!slot) throw new Error(`No provider ${permit.provider.name} in this pool`);
    return slot;
  }
}

function permitOf({ provider, settings }: ProviderSlot, count: number, probe: boolean): Permit {
  return { provider, count, timeoutMs: settings.timeoutMs, probe };
}

function waitOf(readiness: Readiness, now: number): number {
  switch (readiness.kind) {
    case 'ready':
      return 0;
    case 'busy':
    case 'elsewhere':
      return readiness.waitMs;
    case 'away':
      return Math.max(1, readiness.until - now);
  }
}
