import { slowness } from './yardstick.js';

/**
 * How long it takes, in milliseconds of the machine of the marks: the quickest of three. A pause of the machine, the compiler or the collector
 * befalls one of them; what is slow by its nature is slow every time.
 */
export async function quickest(run: () => unknown): Promise<number> {
  let best = Infinity;
  for (let nth = 0; nth < 3; nth++) {
    const started = performance.now();
    await run();
    best = Math.min(best, performance.now() - started);
  }
  return best / slowness();
}
