import { describe, expect, it } from '@jest/globals';
import { scenarioOf } from './scenario-plan.js';
import { play } from './scenario.js';

const SEEDS = 8;
/** One scenario with its kills and restarts takes a few seconds; a driver gives up after 180. */
const TIMEOUT_MS = 240_000;

describe('killed at any instant', () => {
  it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))(
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
