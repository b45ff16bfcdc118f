import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { acme, aPerson, rival } from '#ports/campaign/testing/campaign-stores.js';
import type { CampaignId, ListId } from '#domain/campaign/model/campaign.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { Life } from '../testing/mortal.js';
import {
  accountOf,
  addDraft,
  addPeople,
  type Journal,
  pass,
  sendAll,
  sendSome,
  statusOf,
} from '../testing/sending.js';

const limits = { page: 10, pagesInTurn: 2, ahead: 50 };

describe('The expansion of campaigns', () => {
  let storage: Storage;
  let process: Process;
  let journal: Journal;
  beforeEach(() => {
    storage = new Storage();
    process = new Process(storage, new Life(), limits);
    journal = [];
  });

  const draft = async (size: number): Promise<CampaignId> =>
    addDraft(storage, process, [await addPeople(storage, size)]);
  const started = async (size: number): Promise<CampaignId> => {
    const id = await draft(size);
    await process.control.start(acme, id);
    return id;
  };
  const candidatesOf = async (id: CampaignId) =>
    (await storage.delivery.dispatches.stats(id as string as DispatchId))?.candidates;

  it.each([0, 1, 9, 10, 11, 20, 21, 45])(
    'hands over an audience of %i, each person once, and seals it',
    async (size) => {
      const id = await started(size);
      process.start();
      await pass(storage);
      expect(await candidatesOf(id)).toBe(size);
      expect((await storage.delivery.dispatches.find(id as string as DispatchId))?.sealed).toBe(true);
      expect(await storage.campaigns.unexpanded()).toEqual([]);
    },
  );

  it('takes somebody on several lists once', async () => {
    const [one, other] = [await addPeople(storage, 30), await addPeople(storage, 20)];
    const id = await addDraft(storage, process, [one, other]);
    await process.control.start(acme, id);
    process.start();
    await pass(storage);
    expect(await accountOf(storage, id)).toEqual({ pending: 30 });
  });

  it('stops when it is far ahead of the senders, and goes on as they follow', async () => {
    const id = await started(200);
    process.start();
    await pass(storage, 3_000);
    expect(await accountOf(storage, id)).toEqual({ pending: 60 });
    await sendSome(storage, journal, 5);
    await pass(storage, 3_000);
    expect(await candidatesOf(id)).toBe(60);
    for (let i = 0; i < 2; i++) await sendSome(storage, journal);
    await pass(storage, 3_000);
    expect(await candidatesOf(id)).toBeGreaterThan(60);
    for (let i = 0; i < 30; i++) {
      await sendAll(storage, journal);
      await pass(storage, 500);
    }
    expect(await statusOf(storage, id)).toBe('finished');
    expect(new Set(journal).size).toBe(200);
    expect(journal).toHaveLength(200);
  });

  it('goes to the end when recipients wait for their own hour: the last in the alphabet may be the first due', async () => {
    const list = await addPeople(storage, 150);
    await storage.subscribers.put(
      acme,
      [aPerson('zz@example.com', { timezone: 'Pacific/Kiritimati' })],
      [list],
      0,
    );
    const id = await addDraft(storage, process, [list]);
    await process.control.schedule(acme, id, '2026-03-01T09:00', 'recipient');
    storage.clock.setWallClock(Date.parse('2026-02-28T19:00:00Z'));
    process.start();
    await pass(storage, 20_000);
    expect(await accountOf(storage, id)).toEqual({ pending: 151 });
    await sendAll(storage, journal);
    expect(journal).toEqual(['zz@example.com']);
  });

  it('gives every campaign its turn: a small one does not wait for the end of a large one', async () => {
    await started(1_000);
    await started(5);
    process = new Process(storage, new Life(), { ...limits, ahead: 10_000 }).start();
    await pass(storage);
    const accepts = process.asked.filter((asked) => asked.startsWith('accept'));
    expect(accepts).toHaveLength(101);
    expect(accepts.indexOf('accept 5')).toBeLessThan(4);
  });

  it('of one campaign is not stopped by the trouble of another', async () => {
    const theirs = await addPeople(storage, 3);
    const broken = await addDraft(storage, process, [theirs]);
    const campaign = await process.control.start(acme, broken);
    const pointless = { ...campaign, listIds: ['lst_gone' as ListId], revision: campaign.revision + 1 };
    await storage.campaigns.save(campaign, pointless, []);
    const fine = await started(35);
    process.start();
    await pass(storage, 5_000);
    expect(await accountOf(storage, fine)).toEqual({ pending: 35 });
    expect(process.log.complaints).toContain('campaign.expansion.interrupted');
    expect(process.log.entries.find(({ level }) => level === 'error')?.fields).toMatchObject({
      campaignId: broken,
    });
  });

  it('gets there when any call to a store fails, and no failure goes unheard, which would end the process', async () => {
    const script = fileURLToPath(new URL('../testing/expand-on-failing-storage.js', import.meta.url));
    // In a process of its own: Jest hears of such failures before anybody else, and keeps quiet.
    const { stdout } = await promisify(execFile)(globalThis.process.execPath, ['--no-warnings', script]);
    expect(JSON.parse(stdout)).toEqual({ runs: 30, finished: 30, sentToEach: 45 * 30, sent: 45 * 30 });
  }, 180_000);

  it('adds nobody who joined after it was sealed, though the process died before it could say so', async () => {
    const id = await started(15);
    await storage.delivery.ledger.accept(
      id as string as DispatchId,
      [{ address: 'a@example.com', ref: 'sub_a', data: '{}' }],
      0,
    );
    await storage.delivery.dispatches.seal(id as string as DispatchId);
    process.start();
    await pass(storage);
    expect(await candidatesOf(id)).toBe(1);
    expect(await storage.campaigns.unexpanded()).toEqual([]);
  });

  it('leaves other workspaces’ people alone', async () => {
    const id = await started(5);
    await storage.subscribers.put(rival, [aPerson('stranger@example.com')], [], 0);
    process.start();
    await pass(storage);
    await sendAll(storage, journal);
    expect(journal).toHaveLength(5);
    expect(await accountOf(storage, id)).toEqual({ accepted: 5 });
  });

  it('stops when it is told to, and leaves nothing waiting', async () => {
    await started(500);
    process.start();
    await storage.clock.advance(0);
    await process.stop();
    expect(storage.clock.waiting).toBe(0);
  });

  describe('whose process dies', () => {
    it.each(['before', 'after'] as const)(
      'at any call (%s it) loses nobody and sends to nobody twice',
      async (how) => {
        for (let at = 1; at <= 40; at++) {
          storage = new Storage();
          journal = [];
          process = new Process(storage, new Life(), limits);
          const id = await started(33);
          const dying = new Process(storage, new Life(at, how), limits).start();
          await pass(storage, 300);
          await sendSome(storage, journal, 7);
          await pass(storage, 300);
          dying.life.end();
          process = new Process(storage, new Life(), limits).start();
          await pass(storage, 7_000);
          await sendAll(storage, journal);
          await pass(storage, 7_000);
          expect([how, at, await statusOf(storage, id)]).toEqual([how, at, 'finished']);
          expect(await accountOf(storage, id)).toEqual({ accepted: 33 });
          expect([how, at, journal.length, new Set(journal).size]).toEqual([how, at, 33, 33]);
          await process.stop();
        }
      },
      60_000,
    );

    it('again and again gets there all the same', async () => {
      const id = await started(33);
      for (let lives = 0; lives < 100 && (await statusOf(storage, id)) !== 'finished'; lives++) {
        const dying = new Process(
          storage,
          new Life(12 + (lives % 9), lives % 2 ? 'before' : 'after'),
          limits,
        ).start();
        await pass(storage, 200);
        await sendSome(storage, journal, 5);
        dying.life.end();
      }
      expect(await statusOf(storage, id)).toBe('finished');
      expect([journal.length, new Set(journal).size]).toEqual([33, 33]);
    });
  });
});
