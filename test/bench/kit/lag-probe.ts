import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into the server's process before the server (`node --import`): tells how late its serving event loop was.
 * Asked over the IPC channel, which keeps nothing alive.
 */
const RESOLUTION_MS = 10;

/** Milliseconds beyond the timer's own interval, since the last time it was asked. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

// Workers inherit --import; only the thread that serves is of interest.
if (isMainThread && process.send && process.channel) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  process.on('message', (message) => {
    if (message !== 'lag') return;
    const lag: Lag = {
      p50: late(histogram.percentile(50)),
      p99: late(histogram.percentile(99)),
      max: late(histogram.max),
    };
    histogram.reset();
    process.send?.({ lag });
  });
  process.channel.unref();
  // The bench has died: nobody else would ever stop us.
  process.on('disconnect', () => process.exit(1));
}
