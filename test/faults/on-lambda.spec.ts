import { afterEach, describe, expect, it } from '@jest/globals';
import type { Cloud } from '#test/support/cloud.js';
import { scenarioOf } from './scenario-plan.js';
import { play } from './scenario.js';
import { startTroubledCloud } from './troubled-cloud.js';

/** Processes are started again and again, on a machine that may be busy with others. */
const TIMEOUT_MS = 240_000;
const SEED = 12;

describe('functions of lanes that are killed in the middle of a batch', () => {
  let cloud: Cloud;
  afterEach(() => cloud.close());

  it(
    'lose nothing and double nothing unlisted, while the table is throttled and queues misbehave',
    async () => {
      cloud = await startTroubledCloud(SEED);
      // What is killed is a function, and what fails is the cloud: customers take what they are told, and nobody is on a socket.
      const sizes = { audience: 40, notifications: 6, chat: 0, webhooksFailing: 0 };
      const planned = { ...scenarioOf(SEED), ...sizes, providers: ['resend'] as const, crashes: [] };
      const { scenario, complaints, lives } = await play(planned, { cloud, functions: { deaths: 2 } });
      expect({ scenario, complaints }).toEqual({ scenario, complaints: [] });
      expect(lives).toBeGreaterThan(2);
    },
    TIMEOUT_MS,
  );
});
