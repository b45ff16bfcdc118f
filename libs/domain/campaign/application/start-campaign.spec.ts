import { beforeEach, describe, expect, it } from '@jest/globals';
import { acme, people } from '#ports/campaign/testing/campaign-stores.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { deaths, Life } from '../testing/mortal.js';
import { accountOf, addDraft, addPeople, type Journal, pass, sendAll, statusOf } from '../testing/sending.js';

import { dispatchOf } from './campaign-dispatch.js';

const HOUR = 3_600_000;

describe('A campaign that starts', () => {
  let storage: Storage;
  let process: Process;
  let journal: Journal;
  beforeEach(() => {
    storage = new Storage();
    process = new Process(storage).start();
    journal = [];
  });

  const draft = async (size = 25): Promise<CampaignId> =>
    addDraft(storage, process, [await addPeople(storage, size)]);
  const started = async (size = 25): Promise<CampaignId> => {
    const id = await draft(size);
    await process.control.start(acme, id);
    await pass(storage);
    return id;
  };
  const refused = (code: string) => expect.objectContaining({ code }) as unknown;

  it('goes to everybody once, and finishes', async () => {
    const id = await started(37);
    expect(await accountOf(storage, id)).toEqual({ pending: 37 });
    await sendAll(storage, journal);
    await pass(storage);
    expect(await statusOf(storage, id)).toBe('finished');
    expect(new Set(journal).size).toBe(37);
    expect(journal).toHaveLength(37);
    expect(process.log.complaints).toEqual([]);
  });

  it('finishes at once when there is nobody to write to', async () => {
    const id = await started(0);
    expect(await statusOf(storage, id)).toBe('finished');
    expect(await accountOf(storage, id)).toEqual({});
  });

  it('sends the version of its template that was current at the start, whatever is edited then', async () => {
    const id = await draft(3);
    const { templateId } = (await storage.campaigns.find(acme, id))!;
    await storage.editTemplate(templateId, 2);
    await process.control.start(acme, id);
    await storage.editTemplate(templateId, 3);
    await pass(storage);
    await process.control.pause(acme, id);
    await process.control.resume(acme, id);
    const dispatch = await storage.delivery.dispatches.find(id as string as DispatchId);
    expect(dispatch?.dispatch.content.templateVersion).toBe(2);
    expect((await storage.campaigns.find(acme, id))?.templateVersion).toBe(2);
  });

  it('sends the version it says it sends, when two start it while somebody edits', async () => {
    const id = await draft(3);
    const { templateId } = (await storage.campaigns.find(acme, id))!;
    const starts = [
      process.control.start(acme, id),
      storage.editTemplate(templateId, 2),
      process.control.start(acme, id),
    ];
    await Promise.allSettled(starts);
    const { templateVersion } = (await storage.campaigns.find(acme, id))!;
    const dispatch = await storage.delivery.dispatches.find(id as string as DispatchId);
    expect(dispatch?.dispatch.content.templateVersion).toBe(templateVersion);
  });

  it('sends what it says it sends, wherever the process died on the way and whatever was edited since', async () => {
    for (const [at, how] of deaths(12)) {
      storage = new Storage();
      process = new Process(storage);
      const id = await draft(3);
      const { templateId } = (await storage.campaigns.find(acme, id))!;
      const dying = new Process(storage, new Life(at, how));
      void dying.control.start(acme, id);
      await pass(storage, 100);
      dying.life.end();
      await storage.editTemplate(templateId, 2);
      process = new Process(storage).start();
      await Promise.allSettled([process.control.start(acme, id)]);
      await pass(storage, 6_000);
      const campaign = (await storage.campaigns.find(acme, id))!;
      const { dispatch } = (await storage.delivery.dispatches.find(id as string as DispatchId))!;
      expect([at, how, campaign.status]).toEqual([at, how, 'running']);
      expect([at, how, dispatch.content]).toEqual([at, how, dispatchOf(campaign)?.content]);
      expect(dispatch.giveUpAt).toBe(dispatchOf(campaign)?.giveUpAt);
      await process.stop();
    }
  });

  it('is refused when its template has come to ask for what it does not say', async () => {
    const id = await draft(1);
    const { templateId } = (await storage.campaigns.find(acme, id))!;
    await storage.editTemplate(templateId, 2, [{ name: 'headline', required: true }]);
    await expect(process.control.start(acme, id)).rejects.toMatchObject({
      code: 'missing_variable',
      faults: [{ pointer: '/data/headline', code: 'missing_variable' }],
    });
    expect(await statusOf(storage, id)).toBe('draft');
    expect(process.asked).toEqual([]);
  });

  it('that has run already is told so, whatever has become of its template', async () => {
    const id = await started(0);
    const { templateId } = (await storage.campaigns.find(acme, id))!;
    await storage.editTemplate(templateId, 2, [{ name: 'headline', required: true }]);
    await expect(process.control.start(acme, id)).rejects.toMatchObject({ code: 'invalid_transition' });
  });

  it('has two days from its start to find providers, however long ago it was made', async () => {
    const id = await draft(3);
    storage.clock.setWallClock(storage.clock.now() + 30 * 24 * HOUR);
    const { startedAt } = await process.control.start(acme, id);
    const dispatch = await storage.delivery.dispatches.find(id as string as DispatchId);
    expect(dispatch?.dispatch.giveUpAt).toBe(startedAt! + 48 * HOUR);
  });

  it('with a rate has as long as that takes, too, by the size of its lists at the start', async () => {
    const listId = await addPeople(storage, 40);
    const id = await addDraft(storage, process, [listId], { ratePerSecond: 0.0001 });
    const { startedAt } = await process.control.start(acme, id);
    await storage.subscribers.put(acme, people(60), [listId], 0);
    await process.control.pause(acme, id);
    await process.control.resume(acme, id);
    const dispatch = await storage.delivery.dispatches.find(id as string as DispatchId);
    expect(dispatch?.dispatch.giveUpAt).toBe(startedAt! + 2 * 400_000_000 + 48 * HOUR);
  });

  it('starts once, however many ask', async () => {
    const id = await draft(12);
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, () => process.control.start(acme, id)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toEqual(refused('invalid_transition'));
    await pass(storage);
    expect(await accountOf(storage, id)).toEqual({ pending: 12 });
  });

  it('is refused without a template, and stays a draft', async () => {
    const id = await draft(1);
    const campaign = (await storage.campaigns.find(acme, id))!;
    await storage.campaigns.save(campaign, { ...campaign, templateId: 'tpl_gone', revision: 1 }, []);
    await expect(process.control.start(acme, id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await statusOf(storage, id)).toBe('draft');
    expect(process.asked).toEqual([]);
  });
});
