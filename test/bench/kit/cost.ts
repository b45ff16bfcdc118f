/** What one operation cost on average: time on the clock, and CPU of the whole process (storage threads included). */
export interface Cost {
  readonly microseconds: number;
  readonly cpuMicroseconds: number;
}

/** Does something `count` times, `inFlight` of them at once, as the product would. */
export async function costOf(
  count: number,
  inFlight: number,
  act: (n: number) => Promise<unknown>,
): Promise<Cost> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: Math.min(count, inFlight) }, lane));
  const microseconds = ((performance.now() - started) * 1000) / count;
  const { user, system } = process.cpuUsage(cpu);
  return { microseconds, cpuMicroseconds: (user + system) / count };
}
