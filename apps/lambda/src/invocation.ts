import type { Clock } from '#ports/system/clock.js';

/** What of Lambda's context is read. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** True of whatever has ended in time. What goes on is frozen with the process, and may go on with the next invocation. */
export async function endsWithin(
  clock: Pick<Clock, 'after'>,
  ms: number,
  work: Promise<unknown>,
): Promise<boolean> {
  let cancel = (): void => {};
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(Math.max(0, ms), () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    cancel();
  }
}
