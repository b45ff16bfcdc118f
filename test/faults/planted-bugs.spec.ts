import { describe, expect, it } from '@jest/globals';
import { type CrashPlan, type PlantedBug, plantedBugs } from './crash-points.js';
import { type Scenario, scenarioOf } from './scenario-plan.js';
import { play } from './scenario.js';

const TIMEOUT_MS = 240_000;

/** Scenarios in which each planted bug must do harm. */
const exposing: Readonly<Record<PlantedBug, Partial<Scenario>>> = {
  'attempt-in-key': {
    ...onlyCampaign(),
    providers: ['resend'],
    faults: { resend: [{ match: { calls: [2, 3] }, effect: { kind: 'acceptThenDrop' } }] },
    crashes: [],
  },
  'outcome-before-intent': {
    ...onlyCampaign(),
    providers: ['ses'],
    faults: {},
    crashes: [crashAt('provider-accept', 2)],
  },
  'cursor-before-send': {
    ...onlyCampaign(),
    providers: ['ses'],
    faults: {},
    crashes: [crashAt('expansion-cursor', 1)],
  },
  // A message is accepted and written down, and its notification does not know yet: unless it is told within the moment in which the
  // process dies, which on a busy machine it may be in one life, not in each of three.
  'attempt-in-leg': { ...withoutCampaign(), crashes: [1, 1, 1].map((nth) => crashAt('outcome', nth)) },
  'event-crossed-off-first': { ...withoutCampaign(), crashes: [crashAt('event-read', 1)] },
  'new-webhook-id': { ...withoutCampaign(), webhooksFailing: 1, crashes: [] },
  // Somebody's third message shows that the second was answered.
  'ack-before-commit': { ...onlyChat(), crashes: [crashAt('chat-answered', 3)] },
  'no-dedup': { ...onlyChat(), crashes: [crashAt('chat-append', 4)] },
  'marks-not-kept': { ...onlyChat(), crashes: [] },
};
const promiseBroken = {
  'attempt-in-key': /^2: .* was accepted 2 times and is accepted/,
  'outcome-before-intent': /^2: .* was accepted 2 times and is accepted/,
  'cursor-before-send': /^1: \d+ recipients have no row/,
  'attempt-in-leg': /^2: notification \d+ was accepted 2 times by (email|sms)/,
  'event-crossed-off-first': /^webhook: ntf_\w+ became .*, the customer was told /,
  'new-webhook-id': /^webhook: evt_\w+-\d+ is the id of no event/,
  'ack-before-commit': /^chat durable: ".*" was acknowledged as \d+ and is not there/,
  'no-dedup': /^chat once: ".*" is in the log 2 times/,
  'marks-not-kept': /^chat marks: \w+ had read up to \d+, and is at \d+/,
} as const;

function withoutCampaign(): Partial<Scenario> {
  return { audience: 0, notifications: 8, webhooksFailing: 0, providers: ['ses'], faults: {}, chat: 0 };
}

function onlyCampaign(): Partial<Scenario> {
  return { notifications: 0, chat: 0 };
}

function onlyChat(): Partial<Scenario> {
  return { ...withoutCampaign(), notifications: 0, chat: 6 };
}

function crashAt(point: CrashPlan['point'], nth: number): CrashPlan {
  return { point, nth };
}

describe.each([...plantedBugs])('the checker, with the planted bug %s', (bug) => {
  it(
    'complains',
    async () => {
      const { complaints } = await play({ ...scenarioFor(bug), bug });
      expect(complaints.filter((complaint) => promiseBroken[bug].test(complaint))).not.toEqual([]);
    },
    TIMEOUT_MS,
  );
});

/** One of each kind: what the others play without their bug, the seeds play. */
describe.each<PlantedBug>(['outcome-before-intent', 'event-crossed-off-first', 'no-dedup'])(
  'the checker, with the planted bug %s taken out again',
  (bug) => {
    it(
      'has nothing to say',
      async () => {
        expect((await play(scenarioFor(bug))).complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );
  },
);

function scenarioFor(bug: PlantedBug): Scenario {
  return { ...scenarioOf(1), pause: false, cancel: false, ...exposing[bug] };
}
