import { describeAudiencesContract } from '#ports/campaign/audiences.contract.js';
import { describeCampaignsContract } from '#ports/campaign/campaigns.contract.js';
import { describeImportsContract } from '#ports/campaign/imports.contract.js';
import { describeListsContract } from '#ports/campaign/lists.contract.js';
import { describeMembershipsContract } from '#ports/campaign/memberships.contract.js';
import { describeSubscribersContract } from '#ports/campaign/subscribers.contract.js';
import { type CampaignStores, START } from '#ports/campaign/testing/campaign-stores.js';
import { describeUnsubscribesContract } from '#ports/campaign/unsubscribes.contract.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { DrivenClock } from '../system/driven-clock.js';
import { MemoryAudiences } from './memory-audiences.js';
import { MemoryCampaigns } from './memory-campaigns.js';
import { MemoryImports } from './memory-imports.js';
import { MemoryLists } from './memory-lists.js';
import { MemoryMemberships } from './memory-memberships.js';
import { MemoryPeople } from './memory-people.js';
import { MemorySubscribers } from './memory-subscribers.js';
import { MemoryUnsubscribes } from './memory-unsubscribes.js';

async function open(): Promise<CampaignStores> {
  const clock = new DrivenClock(START);
  const outbox = new MemoryOutbox();
  const campaigns = new MemoryCampaigns(outbox, clock);
  const people = new MemoryPeople();
  return {
    campaigns,
    unsubscribes: new MemoryUnsubscribes(campaigns, people),
    lists: new MemoryLists(people),
    memberships: new MemoryMemberships(people),
    subscribers: new MemorySubscribers(people),
    audiences: new MemoryAudiences(people),
    imports: new MemoryImports(people, clock),
    untold: async () => (await outbox.untold(1000)).map(({ event }) => event),
    close: async () => {},
  };
}

describeCampaignsContract('MemoryCampaigns', open);
describeUnsubscribesContract('MemoryUnsubscribes', open);
describeListsContract('MemoryLists', open);
describeMembershipsContract('MemoryMemberships', open);
describeSubscribersContract('MemorySubscribers', open);
describeAudiencesContract('MemoryAudiences', open, 100);
describeImportsContract('MemoryImports', open);
