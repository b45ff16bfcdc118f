import { beforeEach, describe, expect, it } from '@jest/globals';
import { acme, people } from '#ports/campaign/testing/campaign-stores.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { addDraft, addPeople, dead, type Journal, pass, sendAll, sendSome } from '../testing/sending.js';

describe('The account of a campaign', () => {
  let storage: Storage;
  let process: Process;
  let id: CampaignId;
  const journal: Journal = [];
  beforeEach(async () => {
    storage = new Storage();
    process = new Process(storage);
    id = await addDraft(storage, process, [await addPeople(storage, 45)]);
  });

  const account = async () => process.account.of((await storage.campaigns.find(acme, id))!);

  it('of a draft is all zeros, and says who would get it', async () => {
    expect(await account()).toMatchObject({
      status: 'draft',
      candidates: 0,
      expanding: false,
      audience: 45,
      byProvider: {},
    });
  });

  it('says while it grows that it does, also before delivery has heard of it', async () => {
    const campaign = (await storage.campaigns.find(acme, id))!;
    await storage.campaigns.save(
      campaign,
      { ...campaign, status: 'running', startedAt: 1, templateVersion: 1, revision: 1 },
      [],
    );
    expect(await account()).toMatchObject({
      status: 'running',
      candidates: 0,
      expanding: true,
      audience: 45,
    });
  });

  it('of one that is paused in the middle of its expansion still knows where it is heading', async () => {
    await process.control.start(acme, id);
    const { ledger } = storage.delivery;
    const some = people(10).map(({ facts, id: ref }) => ({ address: facts.email, ref, data: '{}' }));
    await ledger.accept(id as never, some, storage.clock.now());
    await process.control.pause(acme, id);
    expect(await account()).toMatchObject({
      status: 'paused',
      candidates: 10,
      pending: 10,
      expanding: false,
      audience: 45,
    });
  });

  it('adds up at every moment, and stays what it was when people join the list later', async () => {
    process.start();
    await process.control.start(acme, id);
    await pass(storage);
    await sendSome(storage, journal, 7);
    await sendSome(storage, journal, Infinity, () => dead);
    expect(await account()).toMatchObject({
      candidates: 45,
      accepted: 7,
      expanding: false,
      audience: 45,
      byProvider: { ses: 7 },
    });
    await sendAll(storage, journal);
    await pass(storage);
    const { listIds } = (await storage.campaigns.find(acme, id))!;
    await storage.subscribers.put(acme, people(10, 500), listIds, 0);
    const { status, candidates, accepted, dead: lost, pending, audience } = await account();
    expect({ status, candidates, audience, sum: accepted + lost + pending }).toEqual({
      status: 'finished',
      candidates: 45,
      audience: 45,
      sum: 45,
    });
  });
});
