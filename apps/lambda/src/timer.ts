import type { Duty } from '#apps/server/src/duty.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Invocation } from './invocation.js';

/** Something that is done once in a minute. */
export interface MinuteJob {
  readonly name: string;
  run(): Promise<unknown>;
}

export interface TimerDeps {
  /** What a server does all the time: here for as long as an invocation lasts. They are started anew by the next. */
  readonly duties: readonly Duty[];
  readonly jobs: readonly MinuteJob[];
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds for which duties are let work; they also find what others leave for them meanwhile. */
  readonly workMs?: number;
  /** Milliseconds before its end in which an invocation stops what it has begun. */
  readonly stopBeforeMs?: number;
}

const WORK_MS = 40_000;
const STOP_BEFORE_MS = 10_000;

/**
 * Called every minute. Whoever fails does not keep the others from their work; then the invocation fails as a whole, so that it counts
 * as one that did. The next minute does what this one did not.
 */
export function handlerOf(deps: TimerDeps): (event: unknown, invocation: Invocation) => Promise<void> {
  const { duties, jobs, clock, log, workMs = WORK_MS, stopBeforeMs = STOP_BEFORE_MS } = deps;
  return async (_event, invocation) => {
    const failures: unknown[] = [];
    const doing = async (name: string, step: () => unknown): Promise<void> => {
      try {
        await step();
      } catch (error) {
        log.error('timer.failed', { name, error });
        failures.push(error);
      }
    };
    // Begun after the duties: a job that takes its time keeps nobody waiting.
    await Promise.all(duties.map((duty) => doing(duty.name, () => duty.start())));
    const worked = Promise.all(jobs.map((job) => doing(job.name, () => job.run())));
    const leftMs = Math.max(0, Math.min(workMs, invocation.getRemainingTimeInMillis() - stopBeforeMs));
    if (duties.length > 0) await new Promise<void>((resolve) => void clock.after(leftMs, resolve));
    await Promise.all(duties.map((duty) => doing(duty.name, () => duty.stop())));
    await worked;
    if (failures.length > 0) throw new AggregateError(failures, 'Some of the minute’s work has failed.');
  };
}
