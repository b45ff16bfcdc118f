import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Labels, MetricName, Metrics, Sample } from '#ports/system/metrics.js';

/** A gauge that takes longer than this is left out of the look (ms). */
const LONGEST_READ_MS = 1000;

/** Metrics in Prometheus' text format. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();

  counter({ name, help, labels = [] }: MetricName): { add(labels?: Labels, by?: number): void } {
    const counter =
      this.#known<Counter>(name) ??
      new Counter({ name, help, labelNames: labels, registers: [this.#registry] });
    return { add: (values = {}, by = 1) => counter.inc({ ...values }, by) };
  }

  histogram({ name, help, labels = [], buckets }: MetricName & { readonly buckets: readonly number[] }): {
    observe(value: number, labels?: Labels): void;
  } {
    const histogram =
      this.#known<Histogram>(name) ??
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [this.#registry] });
    return { observe: (value, values = {}) => histogram.observe({ ...values }, value) };
  }

  gauge({
    name,
    help,
    labels = [],
    read,
  }: MetricName & { read(): readonly Sample[] | Promise<readonly Sample[]> }): void {
    this.#registry.removeSingleMetric(name);
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      async collect() {
        const samples = await within(LONGEST_READ_MS, read);
        this.reset();
        // Without labels a reset means zero; "not known" is another thing.
        if (labels.length === 0) this.remove();
        for (const { value, labels: values } of samples) this.set({ ...values }, value);
      },
    });
  }

  /** Everything, as `text/plain; version=0.0.4`. */
  exposition(): Promise<string> {
    return this.#registry.metrics();
  }

  #known<M>(name: string): M | undefined {
    return this.#registry.getSingleMetric(name) as M | undefined;
  }
}

/** What `read` answers, or nothing if it fails or is late: one sick gauge must not blind the others. */
async function within(
  ms: number,
  read: () => readonly Sample[] | Promise<readonly Sample[]>,
): Promise<readonly Sample[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Sample[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ms);
  });
  try {
    return await Promise.race([read(), late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
