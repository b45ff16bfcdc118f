/** Label values by label name. Few different values each: every combination is a series kept in memory. */
export type Labels = Readonly<Record<string, string>>;

export interface MetricName {
  /** Prometheus style, with unit: `posthorn_http_request_duration_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}

/**
 * Numbers for a dashboard.
 *
 * Guarantees: asking twice for the same name gives the same series. Recording never waits and never throws. A gauge is
 * read when somebody looks (`read` may ask the storage; if it fails or takes over a second, the gauge is left out of
 * that look and the others are not). Counts start at zero with the process.
 */
export interface Metrics {
  counter(metric: MetricName): { add(labels?: Labels, by?: number): void };
  /** `buckets`: upper bounds, rising. */
  histogram(metric: MetricName & { readonly buckets: readonly number[] }): {
    observe(value: number, labels?: Labels): void;
  };
  gauge(metric: MetricName & { read(): readonly Sample[] | Promise<readonly Sample[]> }): void;
}
export const Metrics = Symbol('Metrics');
