import type { FakeClock } from './clock.js';

/** A sending rate in units per second, with one second's worth of burst, as SES keeps `MaxSendRate`. */
export class SendRate {
  readonly perSecond: number;
  readonly #clock: FakeClock;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, clock: FakeClock) {
    this.perSecond = perSecond;
    this.#clock = clock;
    this.#tokens = perSecond;
    this.#at = clock.now();
  }

  /** Takes up to `wanted` and says how many were granted. */
  take(wanted: number): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.perSecond, this.#tokens + ((now - this.#at) * this.perSecond) / 1000);
    this.#at = now;
    const granted = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= granted;
    return granted;
  }
}

export interface WindowState {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Milliseconds until the window starts afresh. */
  resetMs: number;
}

/** Requests per fixed window, as the vendors count that send `ratelimit-*` headers. */
export class RequestWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #clock: FakeClock;
  #from = 0;
  #used = 0;

  constructor(limit: number, windowMs: number, clock: FakeClock) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  hit(): WindowState {
    const now = this.#clock.now();
    if (now >= this.#from + this.#windowMs) {
      this.#from = now;
      this.#used = 0;
    }
    const allowed = this.#used < this.#limit;
    if (allowed) this.#used += 1;
    return {
      allowed,
      limit: this.#limit,
      remaining: this.#limit - this.#used,
      resetMs: this.#from + this.#windowMs - now,
    };
  }
}
