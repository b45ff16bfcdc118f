import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Cloud, startCloud } from '#test/support/cloud.js';
import { type Scenario, scenarioOf } from './scenario-plan.js';
import { play } from './scenario.js';
import { VICTIM_KEY, VictimProcess } from './victim-process.js';

/** Processes are started again and again, on a machine that may be busy with others. */
const TIMEOUT_MS = 240_000;
/** What an emulator takes in a second is a hundredth of what the real ones do. */
const AUDIENCE = 100;

function campaignOf(seed: number): Scenario {
  return { ...scenarioOf(seed), audience: AUDIENCE, notifications: 0, chat: 0 };
}

describe('killed at any instant, on the container target', () => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.close());

  it.each([1, 2])(
    'loses nothing and doubles nothing unlisted with seed %i',
    async (seed) => {
      const { scenario, complaints } = await play(campaignOf(seed), { cloud });
      expect({ scenario, complaints }).toEqual({ scenario, complaints: [] });
    },
    TIMEOUT_MS,
  );

  it(
    'starts though the table is throttled at first',
    async () => {
      cloud.dynamo.plan({ operation: 'GetItem', how: 'ProvisionedThroughputExceededException', times: 6 });
      const victim = await VictimProcess.start({ ...cloud.env, PORT: '0', POSTHORN_API_KEY: VICTIM_KEY });
      expect(victim).toBeDefined();
      await victim?.stop();
    },
    TIMEOUT_MS,
  );

  it(
    'does so while the table is throttled and answers are lost',
    async () => {
      cloud.dynamo.plan({ how: 'ProvisionedThroughputExceededException', times: 300, every: 7 });
      cloud.dynamo.plan({ operation: 'TransactWriteItems', how: 'lost', times: 60, every: 11 });
      const { scenario, complaints } = await play({ ...campaignOf(3), crashes: [] }, { cloud });
      expect({ scenario, complaints }).toEqual({ scenario, complaints: [] });
    },
    TIMEOUT_MS,
  );
});
