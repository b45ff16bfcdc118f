/**
 * How fast this machine is just now, so that a bound in milliseconds means the same everywhere. The marks are those of an
 * idle 2.5 GHz core; on a busy hyperthread of it the same work takes two to three times the processor time.
 */

/** Milliseconds of processor time that `work` takes on the machine of the marks, nothing else running. */
const IDLE_MS = 4;
/** A machine that is slower still is not excused any further. */
const MOST = 6;

/** How many times more processor time work takes here and now than on the machine of the marks: 1 to 6. */
export function slowness(): number {
  const took = [1, 2, 3, 4, 5].map(() => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  });
  const [, , middle = IDLE_MS] = took.sort((a, b) => a - b);
  return Math.min(MOST, Math.max(1, middle / IDLE_MS));
}

const TEXT = JSON.stringify(
  Array.from({ length: 200 }, (_, n) => ({ id: `ntf_${n}`, to: { email: `p${n}@example.com` }, n })),
);

/** What our own work is made of: reading and writing JSON, and looking things up. */
function work(): number {
  let found = 0;
  for (let round = 0; round < 25; round++) {
    const things = JSON.parse(TEXT) as { id: string; to: { email: string } }[];
    const byId = new Map(things.map((thing) => [thing.id, thing]));
    for (const { id, to } of things) if (/^p\d+@/.test(to.email) && byId.has(id)) found += id.length;
    found += JSON.stringify(things).length;
  }
  return found;
}

/**
 * Milliseconds of processor time that it costs the thread it is called on, as the machine of the marks would count them:
 * the cheapest of three goes, because the compiler and the collector befall one of them.
 */
export async function cpuOf(act: () => unknown): Promise<number> {
  let cheapest = Infinity;
  for (let nth = 0; nth < 3; nth++) {
    const before = process.threadCpuUsage();
    await act();
    const { user, system } = process.threadCpuUsage(before);
    cheapest = Math.min(cheapest, (user + system) / 1000);
  }
  return cheapest / slowness();
}
