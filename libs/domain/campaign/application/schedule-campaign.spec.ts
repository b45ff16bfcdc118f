import { beforeEach, describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { aCampaign, acme, START } from '#ports/campaign/testing/campaign-stores.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { deaths, Life, uneven } from '../testing/mortal.js';
import { accountOf, addDraft, addPeople, type Journal, pass, sendAll, statusOf } from '../testing/sending.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const inMs = (ms: number): string => new Date(START + ms).toISOString();

describe('A scheduled campaign', () => {
  let storage: Storage;
  let process: Process;
  let journal: Journal;
  beforeEach(() => {
    storage = new Storage();
    process = new Process(storage).start();
    journal = [];
  });

  const draft = async (size = 5): Promise<CampaignId> =>
    addDraft(storage, process, [await addPeople(storage, size)]);
  const schedule = (id: CampaignId, ms: number) => process.control.schedule(acme, id, inMs(ms), undefined);
  /** The clock is set forward, and whoever looks at it now and then sees it. */
  const until = async (ms: number): Promise<void> => {
    storage.clock.setWallClock(START + ms);
    await pass(storage, 16_000);
  };

  it('starts when its time has come, and not before', async () => {
    const id = await draft();
    await schedule(id, HOUR);
    await until(HOUR - MINUTE);
    expect(await statusOf(storage, id)).toBe('scheduled');
    await until(HOUR);
    expect(await statusOf(storage, id)).toBe('running');
    expect(await accountOf(storage, id)).toEqual({ pending: 5 });
  });

  it('starts when the process runs again, if it did not run at its time', async () => {
    const id = await draft();
    await schedule(id, HOUR);
    await process.stop();
    storage.clock.setWallClock(START + 30 * HOUR);
    process = new Process(storage).start();
    await pass(storage);
    expect(await statusOf(storage, id)).toBe('running');
  });

  it('starts at the later time it was moved to, not at the first', async () => {
    const id = await draft();
    await schedule(id, HOUR);
    await schedule(id, 3 * HOUR);
    await until(2 * HOUR);
    expect(await statusOf(storage, id)).toBe('scheduled');
    await until(3 * HOUR);
    expect(await statusOf(storage, id)).toBe('running');
  });

  it('starts at the earlier time it was moved to', async () => {
    const id = await draft();
    await schedule(id, 3 * HOUR);
    await schedule(id, HOUR);
    await until(HOUR);
    expect(await statusOf(storage, id)).toBe('running');
  });

  it('keeps its time when moving it is refused', async () => {
    const id = await draft();
    await schedule(id, HOUR);
    await expect(process.control.schedule(acme, id, inMs(-HOUR), undefined)).rejects.toMatchObject({
      code: 'invalid_schedule',
    });
    await until(HOUR);
    expect(await statusOf(storage, id)).toBe('running');
    await expect(schedule(id, 9 * HOUR)).rejects.toMatchObject({ code: 'invalid_transition' });
    expect(await storage.timers.next()).toBeUndefined();
  });

  it('may be started by hand before, and is not started twice', async () => {
    const id = await draft();
    await schedule(id, HOUR);
    await process.control.start(acme, id);
    await until(2 * HOUR);
    expect((await storage.campaigns.find(acme, id))?.revision).toBe(2);
    expect(process.log.complaints).toEqual([]);
  });

  it('scheduled for this very moment starts at once', async () => {
    const id = await draft();
    await schedule(id, 0);
    await pass(storage);
    expect(await statusOf(storage, id)).toBe('running');
  });

  describe('that cannot start when its time comes', () => {
    const needy = [{ name: 'headline', required: true }];
    const saved = async (id: CampaignId) => (await storage.campaigns.find(acme, id))!;
    const edit = async (id: CampaignId, version: number, variables: typeof needy) =>
      storage.editTemplate((await saved(id)).templateId, version, variables);
    const impossible = async (): Promise<CampaignId> => {
      const id = await draft();
      await schedule(id, HOUR);
      await edit(id, 2, needy);
      return id;
    };

    it('becomes a draft that says why, and no alarm rings any more', async () => {
      const id = await impossible();
      await until(HOUR);
      const campaign = await saved(id);
      expect(campaign).not.toHaveProperty('schedule');
      expect(campaign).toMatchObject({
        status: 'draft',
        startRefused: { code: 'missing_variable', faults: [{ pointer: '/data/headline' }] },
      });
      expect(campaign.startRefused?.at).toBeGreaterThanOrEqual(START + HOUR);
      expect(await storage.timers.next()).toBeUndefined();
      await until(99 * HOUR);
      expect(await saved(id)).toEqual(campaign);
      expect(process.log.complaints).toEqual([]);
      expect(process.asked).toEqual([]);
    });

    it('says so as well when its template is gone', async () => {
      const id = storage.ids.next('cmp') as string as CampaignId;
      await storage.campaigns.insert(aCampaign({ id, templateId: 'tpl_gone' }));
      await schedule(id, HOUR);
      await until(HOUR);
      expect(await saved(id)).toMatchObject({ status: 'draft', startRefused: { code: 'not_found' } });
    });

    it('starts when it is scheduled anew, its template mended', async () => {
      const id = await impossible();
      await until(HOUR);
      await edit(id, 3, []);
      await schedule(id, 2 * HOUR);
      expect(await saved(id)).not.toHaveProperty('startRefused');
      await until(2 * HOUR);
      expect(await statusOf(storage, id)).toBe('running');
    });

    it('keeps the time that somebody moves it to meanwhile', async () => {
      const id = await impossible();
      await process.stop();
      storage.clock.setWallClock(START + HOUR);
      await Promise.allSettled([process.control.startIfDue(`${acme} ${id}`), schedule(id, 5 * HOUR)]);
      const campaign = await saved(id);
      expect([campaign.status, campaign.startRefused]).toEqual(['scheduled', undefined]);
      expect(await storage.timers.next()).toBe(START + 5 * HOUR);
    });

    it('is not given up because the storage failed: that is tried again', async () => {
      const id = await impossible();
      await edit(id, 3, []);
      await process.stop();
      storage.clock.setWallClock(START + HOUR);
      for (const at of [1, 2, 3, 4]) {
        const { control } = new Process(storage, new Life(at, 'fails'));
        await expect(control.startIfDue(`${acme} ${id}`)).rejects.toThrow('out of order');
        expect(await statusOf(storage, id)).toBe('scheduled');
      }
    });

    it('comes to the same end wherever the process dies on the way', async () => {
      for (const [at, how] of deaths(8)) {
        storage = new Storage();
        process = new Process(storage);
        const id = await impossible();
        storage.clock.setWallClock(START + HOUR);
        const dying = new Process(storage, new Life(at, how)).start();
        await pass(storage, 100);
        dying.life.end();
        process = new Process(storage).start();
        await pass(storage, 16_000);
        const { status, startRefused, revision } = await saved(id);
        expect([at, how, status, startRefused?.code, revision]).toEqual([
          at,
          how,
          'draft',
          'missing_variable',
          2,
        ]);
        expect(await storage.timers.next()).toBeUndefined();
        await process.stop();
      }
    });
  });

  describe('whose alarm rings', () => {
    const key = (id: CampaignId) => `${acme} ${id}`;
    const ring = (id: CampaignId) => process.control.startIfDue(key(id));

    it('twice, or at the same time in two processes, starts once', async () => {
      const id = await draft();
      await schedule(id, HOUR);
      await process.stop();
      storage.clock.setWallClock(START + HOUR);
      await Promise.all([ring(id), ring(id), ring(id)]);
      await ring(id);
      expect(await storage.campaigns.find(acme, id)).toMatchObject({ status: 'running', revision: 2 });
    });

    it('while it is moved to a later time does not start', async () => {
      const id = await draft();
      await schedule(id, HOUR);
      await process.stop();
      storage.clock.setWallClock(START + HOUR);
      await Promise.allSettled([ring(id), schedule(id, 5 * HOUR), ring(id)]);
      const campaign = await storage.campaigns.find(acme, id);
      if (campaign?.status === 'scheduled') expect(await storage.timers.next()).toBe(START + 5 * HOUR);
      else expect(campaign?.schedule).toEqual({ kind: 'at', at: START + HOUR });
    });

    it('for a schedule that was never saved is silent', async () => {
      const id = await draft();
      await process.stop();
      storage.clock.setWallClock(START + HOUR);
      await ring(id);
      expect(await statusOf(storage, id)).toBe('draft');
      await process.control.cancel(acme, id);
      await ring(id);
      await ring('cmp_gone' as CampaignId);
      expect(await statusOf(storage, id)).toBe('cancelled');
      expect(await storage.timers.next()).toBeUndefined();
    });

    it('for an earlier time that was never saved is set again for the time in force', async () => {
      const id = await draft();
      await schedule(id, 5 * HOUR);
      await storage.timers.set({ kind: 'campaign.start', key: key(id), at: START + HOUR });
      await until(HOUR);
      expect(await statusOf(storage, id)).toBe('scheduled');
      expect(await storage.timers.next()).toBe(START + 5 * HOUR);
      expect(process.log.complaints).toEqual([]);
    });
  });

  it('has one alarm, for the time in force, however many move it at once', async () => {
    const hours = fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 6 });
    const turns = fc.array(fc.nat(40), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(hours, turns, async (times, pace) => {
        storage = new Storage();
        process = new Process(storage, new Life(Infinity, 'before', uneven(pace)));
        const id = await draft(0);
        await Promise.all(times.map((time) => schedule(id, time * HOUR)));
        const saved = (await storage.campaigns.find(acme, id))?.schedule;
        expect(saved).toEqual({ kind: 'at', at: await storage.timers.next() });
        expect(await storage.timers.due(Infinity, 9)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });

  describe('whose process dies while it is moved', () => {
    it.each([
      ['from nowhere', undefined, HOUR],
      ['to an earlier time', 5 * HOUR, HOUR],
      ['to a later time', HOUR, 5 * HOUR],
    ])(
      '%s starts at the time that was saved, and at no other',
      async (_, from, to) => {
        for (const [at, how] of deaths(10)) {
          storage = new Storage();
          process = new Process(storage);
          const id = await draft();
          if (from !== undefined) await schedule(id, from);
          const dying = new Process(storage, new Life(at, how));
          void dying.control.schedule(acme, id, inMs(to), undefined);
          await pass(storage, 100);
          dying.life.end();
          process = new Process(storage).start();
          const saved = (await storage.campaigns.find(acme, id))?.schedule;
          const expected = saved?.kind === 'at' ? ['scheduled', 'running'] : ['draft', 'draft'];
          const time = saved?.kind === 'at' ? saved.at - START : to;
          await until(MINUTE);
          await until(time - MINUTE);
          const before = await statusOf(storage, id);
          await until(time);
          expect([at, how, before, await statusOf(storage, id)]).toEqual([at, how, ...expected]);
          await process.stop();
        }
      },
      30_000,
    );
  });

  describe('in recipients’ own zones', () => {
    it('reaches each of them when their clocks show the time', async () => {
      const list = await addPeople(storage, 0);
      const zones = [
        'Pacific/Kiritimati',
        'Asia/Tokyo',
        'Europe/Berlin',
        undefined,
        'America/New_York',
        'Mars/Olympus',
      ];
      const upserts = zones.map((timezone, i) => ({
        id: storage.ids.next('sub'),
        facts: { email: `p${i}@example.com`, ...(timezone !== undefined && { timezone }) },
      }));
      await storage.subscribers.put(acme, upserts as never, [list], START);
      const id = await addDraft(storage, process, [list]);
      await process.control.schedule(acme, id, '2026-03-01T09:00', 'recipient');
      const sentAt = async (utc: string): Promise<string[]> => {
        storage.clock.setWallClock(Date.parse(utc));
        await pass(storage, 16_000);
        await sendAll(storage, journal);
        return journal.splice(0).sort();
      };
      expect(await sentAt('2026-02-28T18:59:00Z')).toEqual([]);
      expect(await statusOf(storage, id)).toBe('scheduled');
      expect(await sentAt('2026-02-28T19:00:00Z')).toEqual(['p0@example.com']);
      expect(await sentAt('2026-03-01T00:00:00Z')).toEqual(['p1@example.com']);
      expect(await sentAt('2026-03-01T08:00:00Z')).toEqual(['p2@example.com']);
      expect(await sentAt('2026-03-01T09:00:00Z')).toEqual(['p3@example.com', 'p5@example.com']);
      expect(await statusOf(storage, id)).toBe('running');
      expect(await sentAt('2026-03-01T14:00:00Z')).toEqual(['p4@example.com']);
      await pass(storage);
      expect(await statusOf(storage, id)).toBe('finished');
    });

    it('gives the last of them as long to find a provider as any other', async () => {
      const id = await draft(1);
      await process.control.schedule(acme, id, '2026-03-01T09:00', 'recipient');
      await process.control.start(acme, id);
      const dispatch = await storage.delivery.dispatches.find(id as string as DispatchId);
      expect(dispatch?.dispatch.giveUpAt).toBe(Date.parse('2026-03-01T22:00Z') + 48 * HOUR);
    });
  });
});
