/**
 * The rate limit a vendor reveals in the headers of its answers: so many requests in a window, and how long until the
 * window starts afresh. None of them says how long the window is, so it is taken to be the longest time to a reset
 * seen so far (at least a second): right after the first request of a window, and too short before that, which a 429
 * puts straight.
 */
export class RateLimitSeen {
  #limit: number | undefined;
  #windowSeconds = 1;

  observe(limit: string | undefined, secondsToReset: number): void {
    const requests = Number(limit);
    if (limit === undefined || !(requests > 0)) return;
    if (requests !== this.#limit) this.#windowSeconds = 1;
    this.#limit = requests;
    if (Number.isFinite(secondsToReset))
      this.#windowSeconds = Math.max(this.#windowSeconds, Math.ceil(secondsToReset));
  }

  /** Requests per second; undefined before a vendor has said anything. */
  get perSecond(): number | undefined {
    return this.#limit === undefined ? undefined : this.#limit / this.#windowSeconds;
  }
}
