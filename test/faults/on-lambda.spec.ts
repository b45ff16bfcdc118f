import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cloud, startCloud } from '#test/support/cloud.js';
import { scenarioOf } from './scenario-plan.js';
import { play } from './scenario.js';
import { startTroubledCloud } from './troubled-cloud.js';

/** Processes are started again and again, on a machine that may be busy with others. */
const TIMEOUT_MS = 240_000;
const SEED = 12;
/** What is killed is a function, and what fails is the cloud: customers take what they are told, and nobody is on a socket. */
const QUIET = { ...scenarioOf(SEED), chat: 0, webhooksFailing: 0, faults: {}, crashes: [] };

describe('functions of lanes that are killed in the middle of a batch', () => {
  let cloud: Cloud;
  afterEach(() => cloud.close());

  it(
    'lose nothing and double nothing unlisted, while the table is throttled and queues misbehave',
    async () => {
      cloud = await startTroubledCloud(SEED);
      const planned = { ...QUIET, audience: 40, notifications: 6, providers: ['resend'] as const };
      const deaths = [
        { point: 'provider-accept', nth: 1 },
        { point: 'intent', nth: 2 },
      ] as const;
      const { scenario, complaints, lives } = await play(planned, { cloud, functions: { deaths } });
      expect({ scenario, complaints }).toEqual({ scenario, complaints: [] });
      expect(lives).toBeGreaterThan(deaths.length);
    },
    TIMEOUT_MS,
  );

  it(
    'are found out if they call a provider before they have written down that they will',
    async () => {
      cloud = await startCloud();
      const bug = 'outcome-before-intent';
      const planned = { ...QUIET, audience: 20, notifications: 0, providers: ['ses'] as const, bug } as const;
      const deaths = [{ point: 'provider-accept', nth: 1 }] as const;
      const { complaints } = await play(planned, { cloud, functions: { deaths } });
      const doubled = /^2: .* was accepted 2 times and is accepted/;
      expect(complaints.filter((complaint) => doubled.test(complaint))).not.toEqual([]);
    },
    TIMEOUT_MS,
  );
});
