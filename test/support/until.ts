import { setTimeout as wait } from 'node:timers/promises';

const BETWEEN_LOOKS_MS = 20;

/** Looks until there is something: for what happens in another process, or on a thread of its own. The test's timeout ends it. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(BETWEEN_LOOKS_MS);
  }
}
