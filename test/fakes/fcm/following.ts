import type { FakeClock } from '../kit/clock.js';

/** The parts of the product's clock that a fake has a use for. */
interface Followed {
  now(): number;
  after(ms: number, wake: () => void): () => void;
}

/** The fake's time is the product's: an assertion signed at a driven hour is as fresh here as it was there. */
export function following(clock: Followed): FakeClock {
  return {
    now: () => clock.now(),
    wait: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
  };
}
