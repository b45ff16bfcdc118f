import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import { backoff, type RetryRules } from '#domain/delivery/model/retry-policy.js';
import type { OutgoingMessage } from '#ports/delivery/message-provider.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { Ledger } from '#ports/delivery/ledger.js';
import type { Intent } from '#ports/delivery/loaded-parcel.js';
import type { Clock } from '#ports/system/clock.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { ProviderPool } from './provider-pool.js';

/** A provider that keeps idempotency keys is asked this often in a row what became of a call. */
const ASK_AGAIN = 4;
/** And from time to time after that, for so long: well within the 24 hours for which such keys are kept. */
const KEEP_ASKING_MS = 3_600_000;
const LONGEST_PAUSE_MS = 300_000;

export interface InquiryTools {
  readonly ledger: Ledger;
  readonly pool: ProviderPool;
  readonly retryRules: RetryRules;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** A call whose outcome is not known. */
export type OpenCall = Pick<Intent, 'key' | 'openedAt' | 'provider'>;

/** What asking again brought; `askAt` if it brought nothing yet and is worth another try then. */
export interface Asked {
  readonly outcomes: readonly Outcome[];
  readonly askAt?: number;
}

/** The calls of one parcel that are in doubt, at providers that keep idempotency keys: the same call again brings word of the first. */
export class Inquiry {
  readonly #tools: InquiryTools;
  readonly #claim: Claim;
  readonly #dispatch: Dispatch;
  readonly #stopping: () => boolean;

  constructor(tools: InquiryTools, claim: Claim, dispatch: Dispatch, stopping: () => boolean) {
    this.#tools = tools;
    this.#claim = claim;
    this.#dispatch = dispatch;
    this.#stopping = stopping;
  }

  /** Where the provider keeps idempotency keys a lost answer is no riddle: the same call brings the same answer. */
  ask(call: OpenCall, messages: readonly OutgoingMessage[], first: readonly Outcome[]): Promise<Asked> {
    return this.#ask(call, messages, first, ASK_AGAIN);
  }

  /** About a call that was left open earlier: at once, and, if it may stay open, no more than once now. */
  askLater(call: OpenCall, messages: readonly OutgoingMessage[], first: readonly Outcome[]): Promise<Asked> {
    const times = this.#worthWaiting(call.openedAt, first) ? 1 : ASK_AGAIN;
    return this.#ask(call, messages, first, times);
  }

  async #ask(
    call: OpenCall,
    messages: readonly OutgoingMessage[],
    first: readonly Outcome[],
    times: number,
  ): Promise<Asked> {
    const { clock, randomness, retryRules } = this.#tools;
    let outcomes = first;
    let notBefore = 0;
    for (let asked = 0; asked < times; asked++) {
      if (!outcomes.some(({ kind }) => kind === 'unknown')) return { outcomes };
      const wait = 1 + backoff(retryRules, asked, randomness.unit());
      if (times > 1) await new Promise<void>((resolve) => clock.after(wait, resolve));
      const answer = await this.#askOnce(call, messages);
      if (answer === 'never') return { outcomes };
      if ('askAt' in answer) {
        notBefore = answer.askAt;
        break;
      }
      // Until it is accepted or refused for good, what the first call did stays unknown.
      outcomes = answer.outcomes.map((outcome, i) => (isFinal(outcome) ? outcome : (outcomes[i] ?? outcome)));
    }
    return this.#worthWaiting(call.openedAt, outcomes)
      ? { outcomes, askAt: this.#askAt(call.openedAt, notBefore) }
      : { outcomes };
  }

  async #askOnce(
    { key, provider }: Pick<Intent, 'key' | 'provider'>,
    messages: readonly OutgoingMessage[],
  ): Promise<Asked | { readonly askAt: number } | 'never'> {
    const { ledger, pool, clock } = this.#tools;
    if (this.#stopping()) return { askAt: 0 };
    const allowed = await ledger.mayRepeat(this.#claim, key, clock.now());
    if (allowed === 'later') return { askAt: 0 };
    // A stale claim's settlement is refused: there the successor asks.
    if (allowed !== 'now') return 'never';
    const again = pool.again(provider, messages.length);
    if (!again) return 'never';
    if (again.kind === 'none') return { askAt: again.retryAt };
    const { permit } = again;
    const outcomes = await permit.provider.send({ key, messages, timeoutMs: permit.timeoutMs });
    pool.report(permit, outcomes);
    return { outcomes };
  }

  /**
   * A provider that cannot be reached now may know in a minute. Those who would rather have two copies than a late one
   * (`resend`) don't wait, and an answer that tells of some and not of others won't tell more the next time.
   */
  #worthWaiting(openedAt: number, outcomes: readonly Outcome[]): boolean {
    const now = this.#tools.clock.now();
    return (
      this.#dispatch.unknownPolicy === 'park' &&
      now < openedAt + KEEP_ASKING_MS &&
      now < this.#claim.giveUpAt &&
      outcomes.every(({ kind }) => kind === 'unknown')
    );
  }

  /** The longer it has been silent, the longer the pause, with jitter. */
  #askAt(openedAt: number, notBefore: number): number {
    const { clock, randomness } = this.#tools;
    const now = clock.now();
    const pause = Math.min(LONGEST_PAUSE_MS, Math.max(1_000, now - openedAt));
    return Math.ceil(Math.max(notBefore, now + pause * (0.5 + randomness.unit() / 2)));
  }
}

function isFinal(outcome: Outcome): boolean {
  return outcome.kind === 'accepted' || outcome.kind === 'rejected';
}
