import { beforeEach, describe, expect, it } from '@jest/globals';
import { acme, allAtOnce, rival } from '#ports/campaign/testing/campaign-stores.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { deaths, Life } from '../testing/mortal.js';
import {
  accountOf,
  addDraft,
  addPeople,
  dead,
  type Journal,
  pass,
  sendAll,
  sendSome,
  statusOf,
} from '../testing/sending.js';

const HOUR = 3_600_000;

describe('A campaign', () => {
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

  describe('that is paused', () => {
    it('starts no send, and goes on with exactly the rest', async () => {
      const id = await started(25);
      await sendSome(storage, journal, 4);
      await process.control.pause(acme, id);
      await sendAll(storage, journal);
      await pass(storage, 10_000);
      await sendAll(storage, journal);
      expect(journal).toHaveLength(4);
      expect(await accountOf(storage, id)).toEqual({ accepted: 4, pending: 21 });
      await process.control.resume(acme, id);
      await sendAll(storage, journal);
      await pass(storage);
      expect(new Set(journal).size).toBe(25);
      expect(journal).toHaveLength(25);
      expect(await statusOf(storage, id)).toBe('finished');
    });

    it('finishes when it is resumed, if what was under way at the pause was the last of it', async () => {
      const id = await started(5);
      const { lanes, ledger } = storage.delivery;
      const now = storage.clock.now();
      const [claim] = (await lanes.claim('bulk', 1, 60_000, now)).claims;
      const ordinals = [0, 1, 2, 3, 4];
      await ledger.openIntent({
        claim: claim!,
        key: 'call_last',
        provider: 'ses',
        ordinals,
        unsendable: [],
        now,
      });
      await process.control.pause(acme, id);
      const verdicts = ordinals.map((ordinal) => ({
        ordinal,
        verdict: { to: 'accepted', providerMessageId: 'x' } as const,
      }));
      await ledger.settle({ claim: claim!, key: 'call_last', provider: 'ses', verdicts, now });
      await pass(storage);
      expect(await storage.outbox.untold(10)).toEqual([]);
      expect(await statusOf(storage, id)).toBe('paused');
      await process.control.resume(acme, id);
      expect(await statusOf(storage, id)).toBe('finished');
    });

    it('is paused once when two ask, and the other is told why not', async () => {
      const id = await started(5);
      const answers = await Promise.allSettled(
        Array.from({ length: 4 }, () => process.control.pause(acme, id)),
      );
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const answer of answers) {
        if (answer.status === 'fulfilled') continue;
        expect(answer.reason).toEqual(refused('invalid_transition'));
        expect(String(answer.reason)).toMatch(/paused.*paused/);
      }
      expect((await storage.campaigns.find(acme, id))?.revision).toBe(2);
    });

    it('is not expanded further until it is resumed', async () => {
      const id = await draft(100);
      await process.control.start(acme, id);
      await process.control.pause(acme, id);
      await pass(storage, 20_000);
      const before = (await accountOf(storage, id)).pending ?? 0;
      expect(before).toBeLessThan(100);
      await pass(storage, 20_000);
      expect((await accountOf(storage, id)).pending ?? 0).toBe(before);
      await process.control.resume(acme, id);
      await pass(storage, 20_000);
      expect(await accountOf(storage, id)).toEqual({ pending: 100 });
    });
  });

  describe('that is cancelled', () => {
    it('sends nothing more, ever, and accounts for everybody', async () => {
      const id = await started(25);
      await sendSome(storage, journal, 4);
      await process.control.cancel(acme, id);
      await sendAll(storage, journal);
      await pass(storage, 10_000);
      expect(journal).toHaveLength(4);
      expect(await accountOf(storage, id)).toEqual({ accepted: 4, cancelled: 21 });
      for (const act of ['start', 'pause', 'resume', 'cancel'] as const) {
        await expect(process.control[act](acme, id)).rejects.toMatchObject({ code: 'invalid_transition' });
      }
      expect(await statusOf(storage, id)).toBe('cancelled');
    });

    it.each(['draft', 'scheduled'] as const)(
      'while it is %s has nothing to stop, and never starts',
      async (from) => {
        const id = await draft(5);
        if (from === 'scheduled') await process.control.schedule(acme, id, '2026-02-01T00:00Z', undefined);
        expect((await process.control.cancel(acme, id)).status).toBe('cancelled');
        await pass(storage);
        await storage.clock.advance(48 * HOUR);
        expect(await statusOf(storage, id)).toBe('cancelled');
        expect(process.asked).toEqual([]);
        expect(process.log.complaints).toEqual([]);
        expect(await storage.outbox.untold(10)).toEqual([]);
      },
    );

    it('in the middle of its expansion grows no further', async () => {
      const id = await draft(500);
      await process.control.start(acme, id);
      for (let turns = 0; turns < 4; turns++) await storage.clock.advance(0);
      await process.control.cancel(acme, id);
      const { candidates } = (await storage.delivery.dispatches.stats(id as string as DispatchId))!;
      await pass(storage, 20_000);
      await sendAll(storage, journal);
      expect(await accountOf(storage, id)).toEqual(candidates > 0 ? { cancelled: candidates } : {});
      expect(journal).toEqual([]);
    });
  });

  describe('of which failed messages are tried again', () => {
    it('runs again, and finishes again', async () => {
      const id = await started(10);
      await sendAll(storage, journal, (address) =>
        address < 'p0003' ? dead : { to: 'accepted', providerMessageId: 'x' },
      );
      await pass(storage);
      expect(await statusOf(storage, id)).toBe('finished');
      const retried = await storage.delivery.failedMessages.retry(
        acme,
        { dispatchId: id as string as DispatchId },
        100,
        storage.clock.now(),
      );
      expect(retried).toMatchObject({ retried: 3 });
      await pass(storage);
      expect(await statusOf(storage, id)).toBe('running');
      await process.control.pause(acme, id);
      await sendAll(storage, journal);
      expect(journal).toHaveLength(10);
      await process.control.resume(acme, id);
      await sendAll(storage, journal);
      await pass(storage);
      expect(await statusOf(storage, id)).toBe('finished');
      expect(await accountOf(storage, id)).toEqual({ accepted: 10 });
    });

    it('stays cancelled if it was', async () => {
      const id = await started(2);
      await sendAll(storage, journal, () => dead);
      await process.control.cancel(acme, id);
      await process.control.followDelivery(acme, id);
      expect(await statusOf(storage, id)).toBe('cancelled');
    });
  });

  describe('hearing from delivery', () => {
    const done = (id: CampaignId) =>
      ({ type: 'dispatch.completed', workspaceId: acme, dispatchId: id }) as const;
    const reopened = (id: CampaignId) => ({ ...done(id), type: 'dispatch.reopened' }) as const;

    it('is not fooled by news that are early, late, doubled or of nobody', async () => {
      const id = await draft(30);
      const tell = async () => {
        for (const event of [done(id), reopened(id), done(id)])
          storage.outbox.append(event, storage.clock.now());
        storage.outbox.append({ ...done(id), workspaceId: rival }, 0);
        storage.outbox.append({ ...done(id), dispatchId: 'tst_00000000000000000000000001' }, 0);
        await pass(storage);
      };
      await tell();
      expect(await statusOf(storage, id)).toBe('draft');
      await process.control.start(acme, id);
      storage.outbox.append(done(id), storage.clock.now());
      await pass(storage);
      await tell();
      expect(await statusOf(storage, id)).toBe('running');
      await sendSome(storage, journal);
      await tell();
      expect(await statusOf(storage, id)).toBe('running');
      await sendAll(storage, journal);
      await tell();
      expect(await statusOf(storage, id)).toBe('finished');
      await tell();
      expect(await statusOf(storage, id)).toBe('finished');
      expect(await accountOf(storage, id)).toEqual({ accepted: 30 });
    });

    it('is reopened though the news came while it was being finished', async () => {
      const id = await started(4);
      await process.stop();
      await sendAll(storage, journal, () => dead);
      await storage.delivery.failedMessages.retry(
        acme,
        { dispatchId: id as string as DispatchId },
        100,
        storage.clock.now(),
      );
      const campaign = (await storage.campaigns.find(acme, id))!;
      await storage.campaigns.save(
        campaign,
        { ...campaign, status: 'finished', revision: campaign.revision + 1 },
        [],
      );
      await process.control.followDelivery(acme, id);
      expect(await statusOf(storage, id)).toBe('running');
    });
  });

  describe('under many hands at once', () => {
    it('ends in the state of the last decision, and delivery obeys that one', async () => {
      const id = await started(20);
      const acts = ['pause', 'resume', 'pause', 'resume', 'pause'] as const;
      await Promise.allSettled(acts.map((act) => process.control[act](acme, id)));
      await pass(storage);
      const campaign = (await storage.campaigns.find(acme, id))!;
      const stats = await storage.delivery.dispatches.stats(id as string as DispatchId);
      expect(stats?.control).toBe(campaign.status === 'paused' ? 'halted' : 'open');
    });

    it('decides for itself only', async () => {
      const [one, other] = [await started(5), await started(5)];
      await process.control.cancel(acme, one);
      expect(await statusOf(storage, other)).toBe('running');
      for (const act of ['start', 'pause', 'resume', 'cancel'] as const) {
        await expect(process.control[act](rival, other)).rejects.toMatchObject({ code: 'not_found' });
      }
      await expect(
        process.control.schedule(rival, other, '2027-01-01T00:00Z', undefined),
      ).rejects.toMatchObject({ code: 'not_found' });
    });

    it('answers each of them within its tries', async () => {
      const id = await draft(5);
      const times = await allAtOnce(8, (i) =>
        process.control.schedule(acme, id, `2026-03-0${i + 1}T00:00Z`, undefined),
      );
      expect(new Set(times.map(({ revision }) => revision)).size).toBe(8);
    });
  });

  describe('whose process dies', () => {
    const acts = ['start', 'pause', 'resume', 'cancel'] as const;

    it.each(acts)('while it is told to %s is found by delivery as its state says', async (act) => {
      for (const [at, how] of deaths(12)) {
        storage = new Storage();
        process = new Process(storage);
        const id = await draft(8);
        if (act !== 'start') await process.control.start(acme, id);
        if (act === 'resume') await process.control.pause(acme, id);
        const dying = new Process(storage, new Life(at, how));
        void dying.control[act](acme, id);
        for (let turns = 0; turns < 30; turns++) await storage.clock.advance(0);
        dying.life.end();
        process = new Process(storage).start();
        await pass(storage, 6_000);
        const campaign = (await storage.campaigns.find(acme, id))!;
        const stats = await storage.delivery.dispatches.stats(id as string as DispatchId);
        const controls = {
          running: 'open',
          paused: 'halted',
          cancelled: 'cancelled',
          draft: undefined,
        } as Record<string, unknown>;
        expect([act, how, at, stats?.control]).toEqual([act, how, at, controls[campaign.status]]);
        expect(stats?.sealed ?? false).toBe(campaign.status === 'running' || campaign.status === 'cancelled');
        await process.stop();
      }
    });
  });
});
