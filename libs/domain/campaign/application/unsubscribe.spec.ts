import { beforeEach, describe, expect, it } from '@jest/globals';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { acme, allAtOnce, aPerson } from '#ports/campaign/testing/campaign-stores.js';
import type { UnsubscribeClaim } from '#ports/campaign/unsubscribe-tokens.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import type { SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { Life } from '../testing/mortal.js';
import { accountOf, addDraft, addPeople, type Journal, pass, sendAll } from '../testing/sending.js';

const FIRST = 'p0000@example.com' as EmailAddress;

describe('Unsubscribing', () => {
  const tokens = new HmacUnsubscribeTokens(new Uint8Array(32).fill(7));
  let storage: Storage;
  let process: Process;
  let id: CampaignId;
  let claim: UnsubscribeClaim;
  const journal: Journal = [];
  beforeEach(async () => {
    journal.length = 0;
    storage = new Storage();
    process = new Process(storage).start();
    id = await addDraft(storage, process, [await addPeople(storage, 4)]);
    await process.control.start(acme, id);
    await pass(storage);
    const subscriber = await storage.subscribers.findByAddress(acme, FIRST);
    claim = tokens.verify(tokens.sign(id, subscriber!.id))!;
  });

  it('by the link of a mail ends marketing mail to that person, in this campaign and the next', async () => {
    expect(await process.unsubscribe.execute(claim)).toBe('unsubscribed');
    await sendAll(storage, journal);
    expect(journal).toEqual(['p0001@example.com', 'p0002@example.com', 'p0003@example.com']);
    expect(await accountOf(storage, id)).toEqual({ accepted: 3, suppressed: 1 });
    const { listIds } = (await storage.campaigns.find(acme, id))!;
    const next = await addDraft(storage, process, listIds);
    await process.control.start(acme, next);
    await pass(storage);
    await sendAll(storage, journal);
    expect(journal).not.toContain(FIRST);
    expect(await accountOf(storage, next)).toEqual({ accepted: 3, suppressed: 1 });
  });

  it('counts once, however often the link is used', async () => {
    await allAtOnce(5, () => process.unsubscribe.execute(claim));
    expect(await storage.unsubscribes.count(id)).toBe(1);
    expect((await storage.delivery.suppressions.page(acme, FIRST, { limit: 9 })).data).toMatchObject([
      { scope: 'marketing', reason: 'unsubscribe' },
    ]);
    expect(await process.account.of((await storage.campaigns.find(acme, id))!)).toMatchObject({
      unsubscribes: 1,
    });
  });

  it('stops the mail before it counts: should the process die in between, the next click counts', async () => {
    const dying = new Process(storage, new Life(1, 'after'));
    void dying.unsubscribe.execute(claim);
    await pass(storage, 100);
    expect((await storage.delivery.suppressions.page(acme, FIRST, { limit: 9 })).data).toHaveLength(1);
    expect(await storage.unsubscribes.count(id)).toBe(0);
    await process.unsubscribe.execute(claim);
    expect(await storage.unsubscribes.count(id)).toBe(1);
  });

  it.each([false, true])(
    'goes on working for a person who was removed (and imported again: %s)',
    async (again) => {
      const subscriberId = claim.subscriberId as SubscriberId;
      await storage.subscribers.remove(acme, subscriberId);
      const { listIds } = (await storage.campaigns.find(acme, id))!;
      if (again) await storage.subscribers.put(acme, [aPerson(FIRST)], listIds, storage.clock.now());
      expect(await storage.subscribers.find(acme, subscriberId)).toBeUndefined();
      expect(await process.unsubscribe.execute(claim)).toBe('unsubscribed');
      expect(await storage.unsubscribes.count(id)).toBe(1);
      // Handed over before: it names the address still.
      await sendAll(storage, journal);
      expect(journal).not.toContain(FIRST);
      expect(await accountOf(storage, id)).toEqual({ accepted: 3, suppressed: 1 });
      const next = await addDraft(storage, process, listIds);
      await process.control.start(acme, next);
      await pass(storage);
      await sendAll(storage, journal);
      expect(journal).not.toContain(FIRST);
      expect(await accountOf(storage, next)).toEqual({ accepted: 3, ...(again && { suppressed: 1 }) });
    },
  );

  it('does nothing for a person or campaign that never was', async () => {
    const gone = (change: Partial<UnsubscribeClaim>) => process.unsubscribe.execute({ ...claim, ...change });
    expect(await gone({ campaignId: 'cmp_00000000000000000000000zzz' })).toBe('unknown');
    expect(await gone({ subscriberId: 'sub_00000000000000000000000zzz' })).toBe('unknown');
    expect((await storage.delivery.suppressions.page(acme, undefined, { limit: 9 })).data).toEqual([]);
  });
});
