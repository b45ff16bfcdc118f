import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cloud, startCloud } from '#test/support/cloud.js';
import { type Scenario, scenarioOf } from './scenario-plan.js';
import { play } from './scenario.js';
import { startTroubledCloud } from './troubled-cloud.js';
import { VICTIM_KEY, VictimProcess } from './victim-process.js';

/** Processes are started again and again, on a machine that may be busy with others. */
const TIMEOUT_MS = 240_000;
/** What an emulator takes in a second is a hundredth of what the real ones do. */
const SMALL = { audience: 40, notifications: 6, chat: 2 };

function smallOf(seed: number): Scenario {
  return { ...scenarioOf(seed), ...SMALL };
}

describe('killed at any instant, on the container target', () => {
  let cloud: Cloud;
  afterEach(() => cloud.close());

  it(
    'loses nothing and doubles nothing unlisted',
    async () => {
      cloud = await startCloud();
      const { scenario, complaints } = await play(smallOf(13), { cloud });
      expect({ scenario, complaints }).toEqual({ scenario, complaints: [] });
    },
    TIMEOUT_MS,
  );

  it(
    'starts though the table is throttled at first',
    async () => {
      cloud = await startCloud();
      await cloud.dynamo.plan({
        operation: 'GetItem',
        how: 'ProvisionedThroughputExceededException',
        times: 6,
      });
      const victim = await VictimProcess.start({ ...cloud.env, PORT: '0', POSTHORN_API_KEY: VICTIM_KEY });
      expect(victim).toBeDefined();
      await victim?.stop();
    },
    TIMEOUT_MS,
  );

  it(
    'does so while the table is throttled, answers are lost, and messages of queues come twice, late and out of order',
    async () => {
      const seed = 9;
      cloud = await startTroubledCloud(seed);
      const { scenario, complaints } = await play(smallOf(seed), { cloud });
      expect({ scenario, complaints }).toEqual({ scenario, complaints: [] });
    },
    TIMEOUT_MS,
  );
});
