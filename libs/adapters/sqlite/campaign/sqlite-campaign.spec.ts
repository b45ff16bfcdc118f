import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeAudiencesContract } from '#ports/campaign/audiences.contract.js';
import { describeCampaignsContract } from '#ports/campaign/campaigns.contract.js';
import { describeImportsContract } from '#ports/campaign/imports.contract.js';
import { describeListsContract } from '#ports/campaign/lists.contract.js';
import { describeMembershipsContract } from '#ports/campaign/memberships.contract.js';
import { describeSubscribersContract } from '#ports/campaign/subscribers.contract.js';
import { type CampaignStores, START } from '#ports/campaign/testing/campaign-stores.js';
import { describeUnsubscribesContract } from '#ports/campaign/unsubscribes.contract.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteCampaigns, SqliteUnsubscribes } from './sqlite-campaigns.js';
import { SqliteMemberships } from './sqlite-memberships.js';
import { SqliteAudiences, SqliteImports, SqliteLists, SqliteSubscribers } from './sqlite-subscribers.js';

const folder = OneFolder.forThisFile();

function open(): Promise<CampaignStores> {
  const storage = folder.emptied();
  const clock = new DrivenClock(START);
  const outbox = new SqliteOutbox(storage);
  return Promise.resolve({
    campaigns: new SqliteCampaigns(storage, clock),
    unsubscribes: new SqliteUnsubscribes(storage),
    lists: new SqliteLists(storage),
    memberships: new SqliteMemberships(storage),
    subscribers: new SqliteSubscribers(storage),
    audiences: new SqliteAudiences(storage),
    imports: new SqliteImports(storage, clock),
    untold: async () => (await outbox.untold(1000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  });
}

describeCampaignsContract('SqliteCampaigns', open);
describeUnsubscribesContract('SqliteUnsubscribes', open);
describeListsContract('SqliteLists', open);
describeMembershipsContract('SqliteMemberships', open);
describeSubscribersContract('SqliteSubscribers', open);
describeAudiencesContract('SqliteAudiences', open, 25);
describeImportsContract('SqliteImports', open);
