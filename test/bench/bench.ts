/** What may be asked of a bench on the command line. */
export interface BenchOptions {
  /** Repetitions; the table shows medians. */
  readonly runs: number;
  /** Messages (rows) instead of the bench's own count: for checking that it works, not for measuring. */
  readonly count: number | undefined;
  /** Connections of the chat's benches, instead of their own number. */
  readonly connections?: number | undefined;
  /** Only these contestants; all when empty. */
  readonly only: readonly string[];
  /** Writes a CPU profile of each contestant's process to this folder. */
  readonly profileTo: string | undefined;
  readonly say: (line: string) => void;
}

/** A number that has to be reached, and whether it was. */
export interface Mark {
  readonly what: string;
  readonly value: number;
  readonly reach: string;
  readonly met: boolean;
}

export type Cell = string | number;

/** What a bench found out: one table, the marks it is held against, and everything it measured. */
export interface BenchReport {
  /** Repetitions behind the medians. */
  readonly runs: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly marks: readonly Mark[];
  readonly notes: readonly string[];
  /** Every single measurement, for the JSON. */
  readonly samples: unknown;
  /** What did not add up. Anything in here makes the process end with a non-zero code. */
  readonly problems: readonly string[];
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<BenchReport>;
}

export function atLeast(what: string, value: number, reach: number, unit = ''): Mark {
  return { what, value, reach: `>= ${reach.toLocaleString('en')}${unit}`, met: value >= reach };
}

export function atMost(what: string, value: number, reach: number, unit = ''): Mark {
  return { what, value, reach: `<= ${reach.toLocaleString('en')}${unit}`, met: value <= reach };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbours; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}
