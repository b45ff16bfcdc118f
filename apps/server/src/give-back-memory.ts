import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 5000;
/** After a minute of work the collector has had its reasons to tidy up by itself. */
const LOOKS = 12;
/** Share of the time in which the event loop had something to do. */
const IDLE_BELOW = 0.02;

/**
 * Collects, once and while nothing is going on, what only the start needed: parsed sources, the container's wiring, a
 * young generation grown to hold it all. Left to itself V8 keeps that (about 35 MB of 165) for as long as little is
 * allocated, which is what an idle server does. It takes one or two tenths of a second: not at the start, where the
 * first message after a crash would wait for it, and not under load.
 */
export function giveBackMemoryWhenIdle(): void {
  let before = performance.eventLoopUtilization();
  let looks = 0;
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    looks += 1;
    if (utilization < IDLE_BELOW) collect();
    if (utilization < IDLE_BELOW || looks === LOOKS) clearInterval(timer);
  }, LOOK_EVERY_MS).unref();
}

/** `last-resort` is what gives pages back; an ordinary collection keeps them for the next allocation. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const run: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof run === 'function') (run as (how: object) => void)({ type: 'major', flavor: 'last-resort' });
}
