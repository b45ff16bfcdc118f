import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';
import { DynamoAudiences } from './campaign/dynamo-audiences.js';
import { DynamoCampaigns } from './campaign/dynamo-campaigns.js';
import { DynamoImports } from './campaign/dynamo-imports.js';
import { DynamoLists } from './campaign/dynamo-lists.js';
import { DynamoMemberships } from './campaign/dynamo-memberships.js';
import { DynamoPeople } from './campaign/dynamo-people.js';
import { DynamoSubscribers } from './campaign/dynamo-subscribers.js';
import { DynamoUnsubscribes } from './campaign/dynamo-unsubscribes.js';
import { DynamoCapturedMails } from './captured-mails/dynamo-captured-mails.js';
import { ChatTable } from './chat/chat-table.js';
import { DynamoAbsences } from './chat/dynamo-absences.js';
import { DynamoAttachments } from './chat/dynamo-attachments.js';
import { DynamoBlocks } from './chat/dynamo-blocks.js';
import { DynamoConversations } from './chat/dynamo-conversations.js';
import { DynamoMessageLog } from './chat/dynamo-message-log.js';
import { DynamoMessageSearch } from './chat/dynamo-message-search.js';
import { DynamoScheduledMessages } from './chat/dynamo-scheduled-messages.js';
import { DynamoInbox } from './communication/dynamo-inbox.js';
import { DynamoNotifications } from './communication/dynamo-notifications.js';
import { DynamoNotificationTypes } from './communication/dynamo-notification-types.js';
import { DynamoProfiles } from './communication/dynamo-profiles.js';
import { DynamoDeliveries } from './delivery/dynamo-deliveries.js';
import { DynamoFailedMessages } from './delivery/dynamo-failed-messages.js';
import { DynamoProviderReports } from './delivery/dynamo-provider-reports.js';
import { DynamoSuppressions } from './delivery/dynamo-suppressions.js';
import type { LaneSignals } from './delivery/lane-signals.js';
import type { DynamoTable } from './engine/dynamo-table.js';
import { DynamoOutbox } from './outbox/dynamo-outbox.js';
import { DynamoStorageProbe } from './storage-probe/dynamo-storage-probe.js';
import { DynamoTemplates } from './templating/dynamo-templates.js';
import { DynamoTimers } from './timers/dynamo-timers.js';
import { DynamoWebhookDeliveries } from './webhooks/dynamo-webhook-deliveries.js';
import { DynamoWebhookEndpoints } from './webhooks/dynamo-webhook-endpoints.js';
import { DynamoApiKeys } from './workspace/dynamo-api-keys.js';
import { DynamoIdempotentRequests } from './workspace/dynamo-idempotent-requests.js';
import { DynamoWorkspaces } from './workspace/dynamo-workspaces.js';
import { DispatchRecords } from './delivery/dispatch-records.js';
import { DynamoDispatches } from './delivery/dynamo-dispatches.js';
import { DynamoLanes } from './delivery/dynamo-lanes.js';
import { DynamoLedger } from './delivery/dynamo-ledger.js';
import { Parcels } from './delivery/parcels.js';
import { SignalledLanes } from './delivery/signalled-lanes.js';

/** How often a lane is looked through for parcels whose message was lost, milliseconds. */
const SWEEP_EVERY_MS = 30_000;

export interface StoresSetting {
  readonly table: DynamoTable;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly ids: Ids;
  readonly log: Log;
  /** The queues that name parcels. */
  readonly signals: LaneSignals;
}

/** Every store over the one table, for the targets that keep their state there. */
export function dynamoStores({ table, clock, randomness, ids, log, signals }: StoresSetting) {
  const outbox = new DynamoOutbox(table, randomness);
  const people = new DynamoPeople(table, randomness);
  const chat = new ChatTable(table, randomness);
  const records = new DispatchRecords(table, outbox);
  const parcels = new Parcels(table, ids, signals, log);
  const tools = { table, records, parcels, outbox, ids };
  const dispatches = new DynamoDispatches(table, records, parcels, clock);
  return {
    storageProbe: new DynamoStorageProbe(table),
    outbox,
    timers: new DynamoTimers(table),
    workspaces: new DynamoWorkspaces(table),
    apiKeys: new DynamoApiKeys(table),
    idempotentRequests: new DynamoIdempotentRequests(table),
    templates: new DynamoTemplates(table),
    dispatches,
    ledger: new DynamoLedger(tools),
    lanes: new SignalledLanes(
      { lanes: new DynamoLanes(tools), table, signals, clock, log },
      { sweepEveryMs: SWEEP_EVERY_MS },
    ),
    deliveries: new DynamoDeliveries(tools),
    failedMessages: new DynamoFailedMessages(tools),
    suppressions: new DynamoSuppressions(table),
    providerReports: new DynamoProviderReports(tools),
    capturedMails: new DynamoCapturedMails(table, dispatches),
    lists: new DynamoLists(table),
    memberships: new DynamoMemberships(people),
    subscribers: new DynamoSubscribers(people),
    audiences: new DynamoAudiences(people),
    imports: new DynamoImports(people, clock),
    campaigns: new DynamoCampaigns(table, outbox, clock),
    unsubscribes: new DynamoUnsubscribes(people),
    notifications: new DynamoNotifications(table, outbox, clock),
    notificationTypes: new DynamoNotificationTypes(table),
    profiles: new DynamoProfiles(table),
    inbox: new DynamoInbox(table, outbox, clock),
    conversations: new DynamoConversations(chat),
    messages: new DynamoMessageLog(chat, outbox),
    blocks: new DynamoBlocks(chat),
    messageSearch: new DynamoMessageSearch(chat),
    attachments: new DynamoAttachments(chat),
    scheduledMessages: new DynamoScheduledMessages(table),
    absences: new DynamoAbsences(table),
    webhookEndpoints: new DynamoWebhookEndpoints(table),
    webhookDeliveries: new DynamoWebhookDeliveries(table, randomness),
  };
}
export type DynamoStores = ReturnType<typeof dynamoStores>;
