import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscriber } from '#domain/campaign/model/subscriber.js';
import {
  aCampaign,
  acme,
  allAtOnce,
  aPerson,
  type CampaignStores,
  decided,
  nextId,
  type OpenCampaignStores,
  rival,
  START,
} from './testing/campaign-stores.js';

export function describeUnsubscribesContract(name: string, open: OpenCampaignStores): void {
  describe(`Unsubscribes: ${name}`, () => {
    let its: CampaignStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const add = async (workspaceId = acme): Promise<string> => {
      const campaign = aCampaign({ workspaceId });
      await its.campaigns.insert(campaign);
      return campaign.id;
    };
    const someone = () => nextId<string>('sub');

    it('counts a person once, and says whether that was the first time', async () => {
      const [campaign, person] = [await add(), someone()];
      expect(await its.unsubscribes.record(campaign, person, START)).toBe(true);
      expect(await its.unsubscribes.record(campaign, person, START + 1)).toBe(false);
      expect(await its.unsubscribes.record(campaign, someone(), START)).toBe(true);
      expect(await its.unsubscribes.count(campaign)).toBe(2);
    });

    it('counts a person of two campaigns in each', async () => {
      const [one, other, person] = [await add(), await add(), someone()];
      await its.unsubscribes.record(one, person, START);
      expect(await its.unsubscribes.count(other)).toBe(0);
      await its.unsubscribes.record(other, person, START);
      expect(await its.unsubscribes.count(one)).toBe(1);
      expect(await its.unsubscribes.count(other)).toBe(1);
    });

    it('counts right when a mail client and a person ask many times at once', async () => {
      const campaign = await add();
      const persons = [someone(), someone(), someone()];
      const firsts = await allAtOnce(30, (i) => its.unsubscribes.record(campaign, persons[i % 3]!, START));
      expect(firsts.filter(Boolean)).toHaveLength(3);
      expect(await its.unsubscribes.count(campaign)).toBe(3);
    });

    it('is lost to no decision on the campaign', async () => {
      const campaign = aCampaign({ status: 'running' });
      await its.campaigns.insert(campaign);
      await its.unsubscribes.record(campaign.id, someone(), START);
      await its.campaigns.save(campaign, decided(campaign, { status: 'paused' }), []);
      await its.campaigns.advance(campaign.id, { done: true });
      expect(await its.unsubscribes.count(campaign.id)).toBe(1);
    });

    it('counts nothing for a campaign that is not there', async () => {
      const never = nextId<string>('cmp');
      expect(await its.unsubscribes.record(never, someone(), START)).toBe(false);
      expect(await its.unsubscribes.count(never)).toBe(0);
      expect(await its.unsubscribes.workspaceOf(never)).toBeUndefined();
    });

    it('knows the workspace of a campaign by its id alone', async () => {
      const [ours, theirs] = [await add(), await add(rival)];
      expect(await its.unsubscribes.workspaceOf(ours)).toBe(acme);
      expect(await its.unsubscribes.workspaceOf(theirs)).toBe(rival);
    });

    describe('the address of a person', () => {
      const put = async (address: string, workspaceId = acme): Promise<Subscriber> => {
        const [made] = await its.subscribers.put(workspaceId, [aPerson(address)], [], START);
        return made!.subscriber;
      };
      const addressOf = (id: string, workspaceId = acme) => its.unsubscribes.addressOf(workspaceId, id);

      it('is known by their id alone', async () => {
        const { id } = await put('Anna@example.com');
        expect(await addressOf(id)).toBe('anna@example.com');
        expect(await addressOf(someone())).toBeUndefined();
      });

      it('stays known when they are removed, and when they come back under another id', async () => {
        const { id: before } = await put('anna@example.com');
        await its.subscribers.remove(acme, before);
        expect(await addressOf(before)).toBe('anna@example.com');
        const { id: since } = await put('anna@example.com');
        expect(since).not.toBe(before);
        expect(await addressOf(before)).toBe('anna@example.com');
        expect(await addressOf(since)).toBe('anna@example.com');
        await its.subscribers.remove(acme, since);
        expect([await addressOf(before), await addressOf(since)]).toEqual(Array(2).fill('anna@example.com'));
      });

      it('is known to their own workspace only', async () => {
        const { id } = await put('anna@example.com', rival);
        expect(await addressOf(id)).toBeUndefined();
        await its.subscribers.remove(rival, id);
        expect(await addressOf(id)).toBeUndefined();
        expect(await addressOf(id, rival)).toBe('anna@example.com');
      });

      it('is not left behind by a removal that removed nobody', async () => {
        const { id } = await put('anna@example.com', rival);
        expect(await its.subscribers.remove(acme, id)).toBe(false);
        expect(await addressOf(id)).toBeUndefined();
      });
    });
  });
}
