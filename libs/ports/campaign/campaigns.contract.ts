import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Campaign } from '#domain/campaign/model/campaign.js';
import {
  aCampaign,
  acme,
  allAtOnce,
  type CampaignStores,
  decided,
  everyPage,
  type OpenCampaignStores,
  rival,
  START,
} from './testing/campaign-stores.js';

export function describeCampaignsContract(name: string, open: OpenCampaignStores): void {
  describe(`Campaigns: ${name}`, () => {
    let its: CampaignStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const add = async (change: Partial<Campaign> = {}): Promise<Campaign> => {
      const campaign = aCampaign(change);
      await its.campaigns.insert(campaign);
      return campaign;
    };
    const find = ({ workspaceId, id }: Campaign) => its.campaigns.find(workspaceId, id);
    const idsOf = (campaigns: readonly Campaign[]) => campaigns.map(({ id }) => id);
    const unexpandedIds = async () =>
      idsOf((await its.campaigns.unexpanded()).map(({ campaign }) => campaign));
    const expansionOf = async ({ id }: Campaign) =>
      (await its.campaigns.unexpanded()).find(({ campaign }) => campaign.id === id)?.expansion;

    describe('keeping', () => {
      it('gives back a campaign as it was inserted, what is left out left out', async () => {
        const campaign = await add();
        expect(await find(campaign)).toEqual(campaign);
        const full = await add({
          replyTo: 'hello@acme.example',
          templateVersion: 3,
          ratePerSecond: 2.5,
          schedule: { kind: 'recipient', wallTime: '2026-05-01T09:00' },
          startedAt: START + 1,
          finishedAt: START + 2,
        });
        expect(await find(full)).toEqual(full);
      });

      it('changes nothing when the id is known already', async () => {
        const campaign = await add({ status: 'running', revision: 4 });
        await its.campaigns.advance(campaign.id, { cursor: 'm@example.com', done: false });
        await its.campaigns.insert({ ...campaign, name: 'other', status: 'draft', revision: 0 });
        expect(await find(campaign)).toEqual(campaign);
        expect(await expansionOf(campaign)).toEqual({ cursor: 'm@example.com', done: false });
      });

      it('shows a workspace nothing of another', async () => {
        const campaign = await add();
        expect(await its.campaigns.find(rival, campaign.id)).toBeUndefined();
        expect(await its.campaigns.page(rival, { limit: 10 })).toEqual({ data: [], next: null });
        const stolen = { ...campaign, workspaceId: rival };
        expect(await its.campaigns.save(stolen, decided(stolen, { name: 'mine' }), [])).toBe('conflict');
        expect(await find(campaign)).toEqual(campaign);
      });

      it('lists the newest first, page by page, each once', async () => {
        const made: Campaign[] = [];
        for (let i = 0; i < 7; i++) made.push(await add());
        await add({ workspaceId: rival });
        expect(await its.campaigns.page(acme, { limit: 7 })).toMatchObject({ next: null });
        const listed = await everyPage((after) => its.campaigns.page(acme, { limit: 3, after }));
        expect(idsOf(listed)).toEqual(idsOf(made).reverse());
      });
    });

    describe('saving', () => {
      const told = (campaign: Campaign, revision: number): IntegrationEvent => ({
        type: 'campaign.controlled',
        workspaceId: campaign.workspaceId,
        campaignId: campaign.id,
        control: 'halted',
        revision,
      });

      it('replaces the campaign and tells its events, in their order', async () => {
        const before = await add();
        const after = decided(before, { status: 'running', startedAt: START });
        const events = [told(before, 1), told(before, 2)];
        expect(await its.campaigns.save(before, after, events)).toBe('saved');
        expect(await find(before)).toEqual(after);
        expect(await its.untold()).toEqual(events);
      });

      it('refuses whoever decided on an older revision: nothing has changed and nothing is told', async () => {
        const before = await add();
        const after = decided(before, { status: 'scheduled' });
        await its.campaigns.save(before, after, []);
        const late = decided(before, { status: 'cancelled' });
        expect(await its.campaigns.save(before, late, [told(before, 1)])).toBe('conflict');
        expect(await find(before)).toEqual(after);
        expect(await its.untold()).toEqual([]);
      });

      it('tells two decisions on the same state apart, though the state is the same after both', async () => {
        const before = await add({ status: 'scheduled', revision: 1 });
        const at = (hour: number) =>
          decided(before, { schedule: { kind: 'at', at: START + hour * 3_600_000 } });
        expect(await its.campaigns.save(before, at(1), [])).toBe('saved');
        expect(await its.campaigns.save(before, at(2), [])).toBe('conflict');
        expect(await find(before)).toEqual(at(1));
      });

      it('lets exactly one of many that decide at once win', async () => {
        const before = await add({ status: 'running', revision: 3 });
        const after = (i: number) => decided(before, { name: `by ${i}` });
        const answers = await allAtOnce(12, (i) => its.campaigns.save(before, after(i), [told(before, i)]));
        expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
        const winner = answers.indexOf('saved');
        expect(await find(before)).toEqual(after(winner));
        expect(await its.untold()).toEqual([told(before, winner)]);
      });

      it('has nothing to replace where there is no campaign', async () => {
        const never = aCampaign();
        expect(await its.campaigns.save(never, decided(never, {}), [told(never, 1)])).toBe('conflict');
        expect(await find(never)).toBeUndefined();
        expect(await its.untold()).toEqual([]);
      });
    });

    describe('expansion', () => {
      it('lists the running campaigns of every workspace that are not handed over, the oldest first', async () => {
        const first = await add({ status: 'running' });
        for (const status of ['draft', 'scheduled', 'paused', 'cancelled', 'finished'] as const)
          await add({ status });
        const second = await add({ status: 'running', workspaceId: rival });
        expect(await its.campaigns.unexpanded()).toEqual([
          { campaign: first, expansion: { done: false } },
          { campaign: second, expansion: { done: false } },
        ]);
      });

      it('lists at most a hundred', async () => {
        const made = [];
        for (let i = 0; i < 103; i++) made.push(await add({ status: 'running' }));
        expect(await unexpandedIds()).toEqual(idsOf(made).slice(0, 100));
      });

      it('begins before the first address, moves on, and ends', async () => {
        const campaign = await add({ status: 'running' });
        await its.campaigns.advance(campaign.id, { cursor: 'c@example.com', done: false });
        expect(await expansionOf(campaign)).toEqual({ cursor: 'c@example.com', done: false });
        await its.campaigns.advance(campaign.id, { cursor: 'x@example.com', done: true });
        expect(await unexpandedIds()).toEqual([]);
      });

      it('ends for an audience of nobody', async () => {
        const campaign = await add({ status: 'running' });
        await its.campaigns.advance(campaign.id, { done: true });
        expect(await unexpandedIds()).toEqual([]);
      });

      it('never moves back, whoever comes late', async () => {
        const campaign = await add({ status: 'running' });
        await its.campaigns.advance(campaign.id, { cursor: 'm@example.com', done: false });
        await its.campaigns.advance(campaign.id, { cursor: 'c@example.com', done: false });
        await its.campaigns.advance(campaign.id, { done: false });
        expect(await expansionOf(campaign)).toEqual({ cursor: 'm@example.com', done: false });
        await its.campaigns.advance(campaign.id, { cursor: 'x@example.com', done: true });
        await its.campaigns.advance(campaign.id, { cursor: 'y@example.com', done: false });
        expect(await unexpandedIds()).toEqual([]);
      });

      it('ends up furthest when many move it at once', async () => {
        const campaign = await add({ status: 'running' });
        const cursors = ['e', 'b', 'h', 'a', 'g', 'c', 'f', 'd'].map((letter) => `${letter}@example.com`);
        await Promise.all(
          cursors.map((cursor) => its.campaigns.advance(campaign.id, { cursor, done: false })),
        );
        expect(await expansionOf(campaign)).toEqual({ cursor: 'h@example.com', done: false });
      });

      it('loses no decision and is lost to none', async () => {
        const campaign = await add({ status: 'running' });
        const paused = decided(campaign, { status: 'paused' });
        await Promise.all([
          its.campaigns.advance(campaign.id, { cursor: 'm@example.com', done: false }),
          its.campaigns.save(campaign, paused, []),
        ]);
        expect(await find(campaign)).toEqual(paused);
        const resumed = decided(paused, { status: 'running' });
        await its.campaigns.save(paused, resumed, []);
        expect(await its.campaigns.unexpanded()).toEqual([
          { campaign: resumed, expansion: { cursor: 'm@example.com', done: false } },
        ]);
      });

      it('of a campaign that is not there is no matter', async () => {
        await its.campaigns.advance(aCampaign().id, { cursor: 'm@example.com', done: true });
        expect(await unexpandedIds()).toEqual([]);
      });
    });
  });
}
