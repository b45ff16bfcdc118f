import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where and how busy: a number without this says nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly system: string;
  /** Runnable processes of the last minute before the bench, 5 and 15 minutes. */
  readonly loadBefore: readonly number[];
  readonly at: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${process.platform} ${release()}`,
    loadBefore: loadavg().map((load) => Math.round(load * 100) / 100),
    at: new Date().toISOString(),
  };
}

/** Others were at work: the ratios may still mean something, the absolute numbers do not. */
export function isBusy({ loadBefore }: Machine): boolean {
  return (loadBefore[0] ?? 0) > 0.5;
}
