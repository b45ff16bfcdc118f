import { describe, expect, it } from '@jest/globals';
import type { Metrics, Sample } from './metrics.js';

export interface MetricsUnderTest {
  readonly metrics: Metrics;
  /** Everything measured, in Prometheus' text format. */
  look(): Promise<string>;
}

export function describeMetricsContract(name: string, make: () => MetricsUnderTest): void {
  describe(`Metrics: ${name}`, () => {
    it('counts, per combination of labels', async () => {
      const { metrics, look } = make();
      const sent = metrics.counter({ name: 'sent_total', help: 'Sent.', labels: ['provider'] });
      sent.add({ provider: 'ses' });
      sent.add({ provider: 'ses' }, 4);
      sent.add({ provider: 'resend' });
      expect(await look()).toContain('sent_total{provider="ses"} 5');
      expect(await look()).toContain('sent_total{provider="resend"} 1');
    });

    it('gives the same series to whoever asks for the same name', async () => {
      const { metrics, look } = make();
      metrics.counter({ name: 'sent_total', help: 'Sent.' }).add();
      metrics.counter({ name: 'sent_total', help: 'Sent.' }).add();
      expect(await look()).toContain('sent_total 2');
    });

    it('sorts observations into buckets', async () => {
      const { metrics, look } = make();
      const durations = metrics.histogram({
        name: 'took_seconds',
        help: 'Took.',
        labels: ['route'],
        buckets: [0.1, 1],
      });
      for (const value of [0.05, 0.5, 5]) durations.observe(value, { route: '/x' });
      const text = await look();
      expect(text).toContain('took_seconds_bucket{le="0.1",route="/x"} 1');
      expect(text).toContain('took_seconds_bucket{le="1",route="/x"} 2');
      expect(text).toContain('took_seconds_count{route="/x"} 3');
    });

    it('reads a gauge when somebody looks, and forgets what it read before', async () => {
      const { metrics, look } = make();
      let samples: Sample[] = [
        { value: 1, labels: { lane: 'bulk' } },
        { value: 2, labels: { lane: 'critical' } },
      ];
      metrics.gauge({
        name: 'depth',
        help: 'Depth.',
        labels: ['lane'],
        read: () => Promise.resolve(samples),
      });
      expect(await look()).toContain('depth{lane="critical"} 2');
      samples = [{ value: 3, labels: { lane: 'bulk' } }];
      expect(await look()).toContain('depth{lane="bulk"} 3');
      expect(await look()).not.toContain('critical');
    });

    it('leaves a gauge out that fails, and shows the others', async () => {
      const { metrics, look } = make();
      metrics.gauge({ name: 'broken', help: 'B.', read: () => Promise.reject(new Error('no')) });
      metrics.gauge({
        name: 'thrown',
        help: 'T.',
        read: () => {
          throw new Error('no');
        },
      });
      metrics.gauge({ name: 'whole', help: 'W.', read: () => [{ value: 7 }] });
      const text = await look();
      expect(text).toContain('whole 7');
      expect(text).not.toMatch(/^(broken|thrown)/m);
    });
  });
}
