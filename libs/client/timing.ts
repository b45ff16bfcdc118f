/** Time, as a test can drive it. */
export interface Timing {
  /** Milliseconds since 1970. */
  now(): number;
  /** Answers what calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** Timers count to 2^31 - 1 ms; what is due later looks again then. */
const LONGEST_MS = 2 ** 31 - 1;

export const realTiming: Timing = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), LONGEST_MS));
    return () => clearTimeout(timer);
  },
};
