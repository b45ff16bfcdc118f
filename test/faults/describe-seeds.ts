import { describe, expect, it } from '@jest/globals';
import { scenarioOf } from './scenario-plan.js';
import { play } from './scenario.js';

/** One scenario with its kills and restarts takes some ten seconds; a driver gives up after 220. */
const TIMEOUT_MS = 240_000;

/** Thirteen in the suite, in two files, so that two of them are played at a time; `npm run test:faults` plays two hundred. */
export function describeSeeds(first: number, last: number): void {
  describe('killed at any instant', () => {
    it.each(Array.from({ length: last - first + 1 }, (_, i) => first + i))(
      'loses nothing and doubles nothing unlisted with seed %i (npm run test:faults -- --seeds 1 --from it replays)',
      async (seed) => {
        const report = await play(scenarioOf(seed));
        expect({ scenario: report.scenario, complaints: report.complaints }).toEqual({
          scenario: report.scenario,
          complaints: [],
        });
      },
      TIMEOUT_MS,
    );
  });
}
