import { describe, expect, it } from '@jest/globals';
import { describeMetricsContract } from '#ports/system/metrics.contract.js';
import { measureProcess } from './event-loop.js';
import { PrometheusMetrics } from './prometheus-metrics.js';

describeMetricsContract('PrometheusMetrics', () => {
  const metrics = new PrometheusMetrics();
  return { metrics, look: () => metrics.exposition() };
});

describe('measureProcess', () => {
  it('tells how late the event loop was, and how much memory the process holds', async () => {
    const metrics = new PrometheusMetrics();
    const stop = measureProcess(metrics);
    const until = performance.now() + 60;
    await new Promise((resolve) => setTimeout(resolve, 15));
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 15));
    const text = await metrics.exposition();
    stop();
    const [, lag] = /posthorn_event_loop_lag_seconds\{quantile="1"\} ([\d.e-]+)/.exec(text) ?? [];
    const [, rss] = /process_resident_memory_bytes (\d+)/.exec(text) ?? [];
    expect(Number(lag)).toBeGreaterThan(0.01);
    expect(Number(rss)).toBeGreaterThan(10_000_000);
  });
});
