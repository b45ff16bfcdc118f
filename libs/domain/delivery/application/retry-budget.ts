/**
 * Bounds what retries may add to the load: a tenth of first attempts, plus a few a second so that little traffic can
 * be retried at all (the retry budget of Finagle). One for the whole process: there is no other retry layer.
 */
export class RetryBudget {
  static readonly #SHARE = 0.1;
  static readonly #PER_SECOND = 10;
  static readonly #MOST = 10_000;
  #balance = 100;
  #at: number;

  constructor(mono: number) {
    this.#at = mono;
  }

  firstAttempts(count: number): void {
    this.#balance = Math.min(RetryBudget.#MOST, this.#balance + count * RetryBudget.#SHARE);
  }

  /** May `count` messages be tried again at once? If not they wait their backoff. */
  spend(count: number, mono: number): boolean {
    const seconds = Math.max(0, mono - this.#at) / 1000;
    this.#at = mono;
    this.#balance = Math.min(RetryBudget.#MOST, this.#balance + seconds * RetryBudget.#PER_SECOND);
    if (this.#balance < count) return false;
    this.#balance -= count;
    return true;
  }
}
