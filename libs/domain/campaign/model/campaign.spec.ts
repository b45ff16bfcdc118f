import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { aCampaign, START } from '#ports/campaign/testing/campaign-stores.js';
import {
  type Campaign,
  type CampaignCommand,
  type CampaignStatus,
  campaignStatuses,
  controlOf,
  decide,
} from './campaign.js';

const commands: readonly CampaignCommand[] = [
  { do: 'schedule', schedule: { kind: 'at', at: START + 1000 } },
  { do: 'start', templateVersion: 3, audienceAtStart: 40 },
  {
    do: 'refuse-start',
    refusal: { code: 'not_found', detail: 'The template of this campaign is gone.', faults: [] },
  },
  { do: 'pause' },
  { do: 'resume' },
  { do: 'cancel' },
  { do: 'finish' },
  { do: 'reopen' },
];

/** Every transition there is. What is not here must be refused. */
const legal: readonly (readonly [CampaignStatus, CampaignCommand['do'], CampaignStatus])[] = [
  ['draft', 'schedule', 'scheduled'],
  ['draft', 'start', 'running'],
  ['draft', 'cancel', 'cancelled'],
  ['scheduled', 'schedule', 'scheduled'],
  ['scheduled', 'start', 'running'],
  ['scheduled', 'cancel', 'cancelled'],
  ['scheduled', 'refuse-start', 'draft'],
  ['running', 'pause', 'paused'],
  ['running', 'cancel', 'cancelled'],
  ['running', 'finish', 'finished'],
  ['paused', 'resume', 'running'],
  ['paused', 'cancel', 'cancelled'],
  ['finished', 'reopen', 'running'],
];

const goalOf: Readonly<Record<CampaignCommand['do'], CampaignStatus>> = {
  schedule: 'scheduled',
  start: 'running',
  'refuse-start': 'draft',
  pause: 'paused',
  resume: 'running',
  cancel: 'cancelled',
  finish: 'finished',
  reopen: 'running',
};

/** A campaign in a state it can be in. */
function campaignThatIs(status: CampaignStatus): Campaign {
  const started = status === 'running' || status === 'paused' || status === 'finished';
  return aCampaign({
    status,
    revision: 7,
    ...(status === 'scheduled' && { schedule: { kind: 'at', at: START } }),
    ...(started && { startedAt: START, templateVersion: 2 }),
    ...((status === 'finished' || status === 'cancelled') && { finishedAt: START + 5 }),
  });
}

const everyPair = campaignStatuses.flatMap((from) =>
  commands.map((command) => [from, command.do, command] as const),
);

describe('A campaign', () => {
  it.each(everyPair)('that is %s obeys %s or refuses it by name', (from, name, command) => {
    const before = campaignThatIs(from);
    const to = legal.find(([status, done]) => status === from && done === name)?.[2];
    if (to !== undefined) {
      expect(decide(before, command, START + 9).campaign).toMatchObject({ status: to, revision: 8 });
      return;
    }
    let refusal: unknown;
    try {
      decide(before, command, START + 9);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code: 'invalid_transition' });
    expect(String(refusal)).toContain(` ${from} `);
    expect(String(refusal)).toContain(` ${goalOf[name]} `);
  });

  it('freezes the version of its template, the size of its audience and its time when it starts', () => {
    const start = { do: 'start', templateVersion: 3, audienceAtStart: 40 } as const;
    const { campaign } = decide(campaignThatIs('draft'), start, START + 9);
    expect(campaign).toMatchObject({ templateVersion: 3, audienceAtStart: 40, startedAt: START + 9 });
    expect(campaign).not.toHaveProperty('do');
  });

  it('has an end while it is cancelled or finished, and none after it was reopened', () => {
    expect(decide(campaignThatIs('paused'), { do: 'cancel' }, START + 9).campaign.finishedAt).toBe(START + 9);
    const { campaign: finished } = decide(campaignThatIs('running'), { do: 'finish' }, START + 9);
    expect(finished.finishedAt).toBe(START + 9);
    expect(decide(finished, { do: 'reopen' }, START + 10).campaign).not.toHaveProperty('finishedAt');
  });

  it('that could not start has no schedule and says why, until it is scheduled or started anew', () => {
    const refusal = { code: 'missing_variable', detail: 'No headline.', faults: [] } as const;
    const { campaign } = decide(campaignThatIs('scheduled'), { do: 'refuse-start', refusal }, START + 9);
    expect(campaign).not.toHaveProperty('schedule');
    expect(campaign.startRefused).toEqual({ ...refusal, at: START + 9 });
    for (const command of commands.filter((one) => one.do === 'schedule' || one.do === 'start'))
      expect(decide(campaign, command, START + 10).campaign).not.toHaveProperty('startRefused');
    expect(decide(campaign, { do: 'cancel' }, START + 10).campaign.startRefused).toBeDefined();
  });

  it('keeps everything else as it was', () => {
    for (const [from, name] of legal) {
      const before = campaignThatIs(from);
      const { campaign } = decide(
        before,
        commands.find((command) => command.do === name)!,
        START + 9,
      );
      const moving = {
        status: '',
        revision: 0,
        schedule: {},
        startRefused: {},
        templateVersion: 0,
        audienceAtStart: 0,
        startedAt: 0,
        finishedAt: 0,
      };
      const rest = (one: Campaign) => ({ ...one, ...moving });
      expect(rest(campaign)).toEqual(rest(before));
    }
  });

  it('asks delivery for what its state means', () => {
    const controls = campaignStatuses.map((status) => [status, controlOf(campaignThatIs(status))]);
    expect(controls).toEqual([
      ['draft', undefined],
      ['scheduled', undefined],
      ['running', 'open'],
      ['paused', 'halted'],
      // Never started, so there is nothing to stop.
      ['cancelled', undefined],
      ['finished', 'open'],
    ]);
    expect(controlOf({ ...campaignThatIs('cancelled'), startedAt: START })).toBe('cancelled');
  });

  it.each([
    ['draft', 'schedule', []],
    ['draft', 'cancel', []],
    ['draft', 'start', ['open']],
    ['scheduled', 'start', ['open']],
    ['scheduled', 'cancel', []],
    ['running', 'pause', ['halted']],
    ['paused', 'resume', ['open']],
    ['running', 'cancel', ['cancelled']],
    ['paused', 'cancel', ['cancelled']],
    ['running', 'finish', []],
    ['finished', 'reopen', []],
  ] as const)('that is %s and is told to %s tells delivery %j', (from, name, controls) => {
    const before = campaignThatIs(from);
    const { events } = decide(
      before,
      commands.find((command) => command.do === name)!,
      START,
    );
    const { id: campaignId, workspaceId } = before;
    expect(events.filter(({ type }) => type === 'campaign.controlled')).toEqual(
      controls.map((control) => ({
        type: 'campaign.controlled',
        workspaceId,
        campaignId,
        control,
        revision: 8,
      })),
    );
  });
});

it('A campaign that finishes says so in the same step, each time with its revision', () => {
  const running = campaignThatIs('running');
  const { id: campaignId, workspaceId } = running;
  const finish = commands.find((command) => command.do === 'finish')!;
  expect(decide(running, finish, START + 5).events).toEqual([
    { type: 'campaign.finished', workspaceId, campaignId, revision: 8, at: START + 5 },
  ]);
});

describe('Whatever a campaign is told, in any order', () => {
  const sequences = fc.array(fc.constantFrom(...commands), { maxLength: 40 });

  it('it goes only where it may, its revision rises, and what delivery is told last is what its state means', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        let campaign = aCampaign();
        let told: string | undefined;
        for (const [at, command] of sequence.entries()) {
          const to = legal.find(([from, name]) => from === campaign.status && name === command.do)?.[2];
          if (to === undefined) {
            expect(() => decide(campaign, command, START + at)).toThrow(Refusal);
            continue;
          }
          const before = campaign;
          const decision = decide(campaign, command, START + at);
          campaign = decision.campaign;
          expect(campaign.status).toBe(to);
          expect(campaign.revision).toBe(before.revision + 1);
          for (const event of decision.events) {
            expect(event).toMatchObject({ revision: campaign.revision });
            told = 'control' in event ? event.control : told;
          }
          expect(told).toBe(controlOf(campaign));
          if (campaign.startedAt !== undefined && before.startedAt !== undefined) {
            expect(campaign.templateVersion).toBe(before.templateVersion);
            expect(campaign.startedAt).toBe(before.startedAt);
          }
        }
      }),
    );
  });

  it('nothing follows a cancellation', () => {
    fc.assert(
      fc.property(
        sequences,
        fc.constantFrom<CampaignStatus>('draft', 'scheduled', 'running', 'paused'),
        (sequence, from) => {
          const { campaign } = decide(campaignThatIs(from), { do: 'cancel' }, START);
          for (const command of sequence) expect(() => decide(campaign, command, START)).toThrow(Refusal);
        },
      ),
    );
  });
});
