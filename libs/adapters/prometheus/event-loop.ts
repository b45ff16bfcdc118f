import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from '#ports/system/metrics.js';

/** Nanoseconds. */
const SECOND = 1e9;

/** How late this thread's event loop was since the last look, and what memory the process holds. */
export function measureProcess(metrics: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  metrics.gauge({
    name: 'posthorn_event_loop_lag_seconds',
    help: 'Delay of the serving event loop since the last look, by quantile.',
    labels: ['quantile'],
    read: () => {
      const samples = [50, 99, 100].map((percent) => ({
        value: Math.max(0, delays.percentile(percent) / SECOND - 0.01),
        labels: { quantile: String(percent / 100) },
      }));
      delays.reset();
      return samples;
    },
  });
  metrics.gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process, all threads included.',
    read: () => [{ value: process.memoryUsage.rss() }],
  });
  const started = Date.now() / 1000 - process.uptime();
  metrics.gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since 1970.',
    read: () => [{ value: started }],
  });
  return () => delays.disable();
}
