import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryCampaigns } from '#adapters/memory/campaign/memory-campaigns.js';
import { MemoryLists } from '#adapters/memory/campaign/memory-lists.js';
import { MemoryMemberships } from '#adapters/memory/campaign/memory-memberships.js';
import { MemoryPeople } from '#adapters/memory/campaign/memory-people.js';
import { MemorySubscribers } from '#adapters/memory/campaign/memory-subscribers.js';
import { MemoryUnsubscribes } from '#adapters/memory/campaign/memory-unsubscribes.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { DeliveryService } from '#domain/delivery/application/delivery-service.js';
import type { UnsubscribeClaim } from '#ports/campaign/unsubscribe-tokens.js';
import { aCampaign, acme, aList, aPerson, START } from '#ports/campaign/testing/campaign-stores.js';
import { aSuppression } from '#ports/delivery/testing/delivery-stores.js';
import { ChooseMailings, type ChosenMailings, type MailingReader } from './choose-mailings.js';

const ADDRESS = 'ada@example.com';

/** The stores outlive the process, which ends before its n-th order to them. */
class World {
  readonly clock = new DrivenClock(START);
  readonly people = new MemoryPeople();
  readonly campaigns = new MemoryCampaigns(new MemoryOutbox(), this.clock);
  readonly unsubscribes = new MemoryUnsubscribes(this.campaigns, this.people);
  readonly memberships = new MemoryMemberships(this.people);
  readonly backbone = new MemoryDeliveryBackbone(new MemoryOutbox(), new CountingIds(), this.clock);
  readonly suppressions = new MemorySuppressions(this.backbone);

  process(endsAt = Infinity): ChooseMailings {
    let orders = 0;
    const mortal = <T extends object>(store: T): T =>
      new Proxy(store, {
        get: (target, name) => {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function') return method;
          return async (...args: unknown[]): Promise<unknown> => {
            if (orders++ >= endsAt) throw new Error('killed');
            return Reflect.apply(method, target, args);
          };
        },
      });
    const key = new Uint8Array(32);
    const links = new SignedLinks(
      { value: 'https://mail.example' },
      new HmacUnsubscribeTokens(key),
      new SignedPreferenceTokens(key),
    );
    const delivery = new DeliveryService(
      new MemoryDispatches(this.backbone),
      new MemoryLedger(this.backbone),
      this.suppressions,
      links,
      this.clock,
      new CountingIds(),
    );
    const { memberships, unsubscribes, suppressions, clock } = this;
    return new ChooseMailings(
      mortal(memberships),
      mortal(unsubscribes),
      mortal(suppressions),
      mortal(delivery),
      clock,
    );
  }
}

describe('choosing mailings', () => {
  let world: World;
  let by: UnsubscribeClaim;
  let reader: MailingReader;
  const [news, offers] = [aList({ name: 'News' }), aList({ name: 'Offers' })];
  beforeEach(async () => {
    world = new World();
    const campaign = aCampaign();
    await world.campaigns.insert(campaign);
    for (const list of [news, offers]) await new MemoryLists(world.people).insert(list);
    const person = aPerson(ADDRESS);
    await new MemorySubscribers(world.people).put(acme, [person], [news.id, offers.id], START);
    by = { campaignId: campaign.id, subscriberId: person.id };
    reader = (await world.process().reader(by))!;
  });
  const state = async () => {
    const { state: all, lists } = await world.process().offer(reader);
    const left = lists.filter((one) => one.state === 'left').map(({ name }) => name);
    return { all, left, counted: await world.unsubscribes.count(by.campaignId) };
  };

  it('comes to the same when the process dies anywhere in it and the page is sent again', async () => {
    const chosen: ChosenMailings = { all: false, lists: [{ listId: news.id, wanted: false }], by };
    let deaths = 0;
    for (let at = 0; ; at++) {
      const died = await world
        .process(at)
        .choose(reader, chosen)
        .then(
          () => false,
          () => true,
        );
      if (!died) break;
      deaths += 1;
      // The mail stops first: what is not counted yet has at least ended.
      const { all, counted } = await state();
      if (counted > 0) expect(all).toBe('left');
    }
    expect(deaths).toBe(3);
    await world.process().choose(reader, chosen);
    expect(await state()).toEqual({ all: 'left', left: ['News'], counted: 1 });
  });

  it('takes back the person’s own wish, and nothing that others said', async () => {
    const all = { all: true, lists: [] };
    for (const reason of ['unsubscribe', 'opt_out'] as const) {
      await world.suppressions.add(aSuppression(ADDRESS, { workspaceId: acme, reason, scope: 'marketing' }));
      expect((await state()).all).toBe('left');
      await world.process().choose(reader, all);
      expect((await state()).all).toBe('open');
    }
    await world.suppressions.add(
      aSuppression(ADDRESS, { workspaceId: acme, reason: 'manual', scope: 'marketing' }),
    );
    await world.process().choose(reader, all);
    expect((await state()).all).toBe('blocked');
  });

  it('is for nobody who never was written to', async () => {
    const nobody = { ...by, subscriberId: 'sub_00000000000000000000000zzz' };
    expect(await world.process().reader(nobody)).toBeUndefined();
    const never = { ...by, campaignId: 'cmp_00000000000000000000000zzz' };
    expect(await world.process().reader(never)).toBeUndefined();
  });
});
