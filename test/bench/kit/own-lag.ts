import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Lag } from './lag-probe.js';

const RESOLUTION_MS = 10;

/** Watches how late this process' own event loop is, from now on; the answer tells of all of it. */
export function watchOwnLag(): () => Lag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  return () => ({
    p50: late(histogram.percentile(50)),
    p99: late(histogram.percentile(99)),
    max: late(histogram.max),
  });
}
