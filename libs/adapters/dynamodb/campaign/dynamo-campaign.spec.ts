import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeAudiencesContract } from '#ports/campaign/audiences.contract.js';
import { describeCampaignsContract } from '#ports/campaign/campaigns.contract.js';
import { describeImportsContract } from '#ports/campaign/imports.contract.js';
import { describeListsContract } from '#ports/campaign/lists.contract.js';
import { describeMembershipsContract } from '#ports/campaign/memberships.contract.js';
import { describeSubscribersContract } from '#ports/campaign/subscribers.contract.js';
import { type CampaignStores, START } from '#ports/campaign/testing/campaign-stores.js';
import { describeUnsubscribesContract } from '#ports/campaign/unsubscribes.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { campaignStores } from './testing/campaign-stores.js';

const dynamo = OneDynamo.forThisFile();

async function open(): Promise<CampaignStores> {
  await dynamo.fresh();
  return campaignStores(dynamo, new DrivenClock(START));
}

describeCampaignsContract('DynamoCampaigns', open);
describeUnsubscribesContract('DynamoUnsubscribes', open);
describeListsContract('DynamoLists', open);
describeMembershipsContract('DynamoMemberships', open);
describeSubscribersContract('DynamoSubscribers', open);
describeAudiencesContract('DynamoAudiences', open, 3);
describeImportsContract('DynamoImports', open);
