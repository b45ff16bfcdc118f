import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import type { CampaignStores } from '#ports/campaign/testing/campaign-stores.js';
import type { Clock } from '#ports/system/clock.js';
import { DynamoOutbox } from '../../outbox/dynamo-outbox.js';
import type { OneDynamo } from '../../testing/one-table.js';
import { DynamoAudiences } from '../dynamo-audiences.js';
import { DynamoCampaigns } from '../dynamo-campaigns.js';
import { DynamoImports } from '../dynamo-imports.js';
import { DynamoLists } from '../dynamo-lists.js';
import { DynamoMemberships } from '../dynamo-memberships.js';
import { DynamoPeople } from '../dynamo-people.js';
import { DynamoSubscribers } from '../dynamo-subscribers.js';
import { DynamoUnsubscribes } from '../dynamo-unsubscribes.js';

/**
 * The stores of the context as one process has them over the table that was made last; another has others. What may lag by
 * its port has caught up.
 */
export function campaignStores(dynamo: OneDynamo, clock: Clock): CampaignStores {
  const table = dynamo.table();
  const randomness = new CryptoRandomness();
  const outbox = new DynamoOutbox(table, randomness);
  const people = new DynamoPeople(table, randomness);
  return {
    campaigns: dynamo.caughtUpFor(new DynamoCampaigns(table, outbox, clock), 'page', 'unexpanded'),
    unsubscribes: new DynamoUnsubscribes(people),
    lists: new DynamoLists(table),
    memberships: new DynamoMemberships(people),
    subscribers: new DynamoSubscribers(people),
    audiences: new DynamoAudiences(people),
    imports: new DynamoImports(people, clock),
    untold: async () => (await outbox.untold(1000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  };
}
