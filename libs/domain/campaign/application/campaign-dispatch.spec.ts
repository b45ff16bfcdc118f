import { describe, expect, it } from '@jest/globals';
import { aCampaign, START } from '#ports/campaign/testing/campaign-stores.js';
import type { Campaign } from '#domain/campaign/model/campaign.js';
import { dispatchOf } from './campaign-dispatch.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('What a campaign orders from delivery', () => {
  const started = (change: Partial<Campaign> = {}): Campaign =>
    aCampaign({ status: 'running', startedAt: START, templateVersion: 2, audienceAtStart: 1_000, ...change });
  const giveUpAt = (change: Partial<Campaign>): number =>
    (dispatchOf(started(change))?.giveUpAt ?? NaN) - START;

  it('is nothing before its start', () => {
    expect(dispatchOf(aCampaign())).toBeUndefined();
    expect(dispatchOf(aCampaign({ status: 'cancelled' }))).toBeUndefined();
  });

  it('is marketing mail on the bulk lane, its content as it was frozen', () => {
    const campaign = started({ replyTo: 'hello@acme.example', ratePerSecond: 5 });
    const { templateId, from, subject, data } = campaign;
    expect(dispatchOf(campaign)).toMatchObject({
      id: campaign.id,
      lane: 'bulk',
      purpose: 'marketing',
      unknownPolicy: 'park',
      ratePerSecond: 5,
      content: { templateId, templateVersion: 2, from, replyTo: 'hello@acme.example', subject, data },
    });
  });

  it('is the same at every stage of its life: whoever opens it again opens no other', () => {
    const campaign = started({ ratePerSecond: 5 });
    const since = { status: 'paused', revision: 9, finishedAt: START + DAY } as const;
    expect(dispatchOf({ ...campaign, ...since })).toEqual(dispatchOf(campaign));
  });

  it('gives up two days after everybody’s mail was due', () => {
    expect(giveUpAt({})).toBe(2 * DAY);
    expect(giveUpAt({ schedule: { kind: 'at', at: START + DAY } })).toBe(3 * DAY);
    expect(giveUpAt({ schedule: { kind: 'recipient', wallTime: '2026-03-01T09:00' } })).toBe(
      Date.parse('2026-03-01T22:00Z') - START + 2 * DAY,
    );
  });

  it.each([
    [1_000_000, 1, 1_000_000],
    [1_000_000, 0.01, 100_000_000],
    [10, 1_000, 0.01],
  ])('leaves %d people at %d a second twice the time that takes, and two days', (size, rate, seconds) => {
    expect(giveUpAt({ audienceAtStart: size, ratePerSecond: rate })).toBe(2_000 * seconds + 2 * DAY);
  });

  it('leaves that time after the last of the recipients’ own hours', () => {
    const schedule = { kind: 'recipient', wallTime: '2026-03-01T09:00' } as const;
    expect(giveUpAt({ audienceAtStart: 1_000, ratePerSecond: 1, schedule })).toBe(
      giveUpAt({ schedule }) + 2_000_000,
    );
  });
});
