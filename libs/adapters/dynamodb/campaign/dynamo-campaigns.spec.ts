import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Campaign } from '#domain/campaign/model/campaign.js';
import {
  aCampaign,
  acme,
  allAtOnce,
  type CampaignStores,
  decided,
  everyPage,
  START,
} from '#ports/campaign/testing/campaign-stores.js';
import { fields } from '../engine/expressions.js';
import { OneDynamo } from '../testing/one-table.js';
import { expansionKey, expansionPlace } from './campaign-items.js';
import { campaignStores } from './testing/campaign-stores.js';

const dynamo = OneDynamo.forThisFile();
const paused = ({ workspaceId, id }: Campaign, revision: number): IntegrationEvent => {
  return { type: 'campaign.controlled', workspaceId, campaignId: id, control: 'halted', revision };
};

describe('campaigns on DynamoDB', () => {
  let its: CampaignStores;
  beforeEach(async () => {
    await dynamo.fresh();
    its = campaignStores(dynamo, new DrivenClock(START));
  });

  const another = () => campaignStores(dynamo, new DrivenClock(START));
  const add = async (change: Partial<Campaign> = {}): Promise<Campaign> => {
    const campaign = aCampaign(change);
    await its.campaigns.insert(campaign);
    return campaign;
  };
  const unexpanded = async () => (await its.campaigns.unexpanded()).map(({ campaign }) => campaign.id);

  it('are saved once, and told once, when the answer to that is lost', async () => {
    const before = await add({ status: 'running' });
    const after = decided(before, { status: 'paused' });
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 3 });
    expect(await its.campaigns.save(before, after, [paused(before, 1)])).toBe('saved');
    expect(await its.campaigns.find(acme, before.id)).toEqual(after);
    expect(await its.untold()).toEqual([paused(before, 1)]);
  });

  it('are decided by one of two processes, whose event alone is told', async () => {
    const before = await add({ status: 'running' });
    const both = [its, another()];
    const answers = await allAtOnce(8, (i) =>
      both[i % 2]!.campaigns.save(before, decided(before, { name: `by ${i}` }), [paused(before, i)]),
    );
    const winner = answers.indexOf('saved');
    expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
    expect(await its.untold()).toEqual([paused(before, winner)]);
    expect(await another().campaigns.find(acme, before.id)).toMatchObject({ name: `by ${winner}` });
  });

  it('are not handed over twice because the index still names one that is over, or paused', async () => {
    const over = await add({ status: 'running' });
    const halted = await add({ status: 'paused' });
    const open = await add({ status: 'running' });
    await its.campaigns.advance(over.id, { cursor: 'x@example.com', done: true });
    for (const { id } of [over, halted])
      await dynamo.table().update(expansionKey(id), fields({ ...expansionPlace(id, true) }));
    expect(await unexpanded()).toEqual([open.id]);
  });

  it('are out of the index for good once they are handed over, though they run again', async () => {
    const first = await add({ status: 'running' });
    await its.campaigns.advance(first.id, { cursor: 'x@example.com', done: true });
    const finished = decided(first, { status: 'finished' });
    await its.campaigns.save(first, finished, []);
    await its.campaigns.save(finished, decided(finished, { status: 'running' }), []);
    expect(await unexpanded()).toEqual([]);
    expect(await dynamo.table().list({ index: 'gsi2', pk: 'CAMPAIGN-UNEXPANDED', limit: 9 })).toEqual([]);
  });

  it('come to the end when somebody died between the last address and the end, or the answer was lost', async () => {
    const { id } = await add({ status: 'running' });
    await its.campaigns.advance(id, { cursor: 'x@example.com', done: false });
    dynamo.fake?.plan({ operation: 'UpdateItem', how: 'lost', times: 2 });
    await another().campaigns.advance(id, { cursor: 'x@example.com', done: true });
    expect(await unexpanded()).toEqual([]);
  });

  it('go on with the pages of a list though campaigns are made and saved between them', async () => {
    const made: Campaign[] = [];
    for (let i = 0; i < 5; i += 1) made.push(await add());
    const seen = await everyPage(async (after) => {
      const page = await its.campaigns.page(acme, { limit: 2, after });
      await add();
      for (const one of page.data) await its.campaigns.save(one, decided(one, { name: 'seen' }), []);
      return page;
    });
    expect(seen.map(({ id }) => id)).toEqual(made.map(({ id }) => id).reverse());
  });

  it('count who leaves by them once, though the answer to that is lost', async () => {
    const { id } = await add();
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await its.unsubscribes.record(id, 'sub_1', START)).toBe(true);
    expect(await another().unsubscribes.record(id, 'sub_1', START)).toBe(false);
    expect(await its.unsubscribes.count(id)).toBe(1);
  });
});
