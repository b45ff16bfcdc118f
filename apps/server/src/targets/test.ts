import { CsvParseReader } from '#adapters/csv/csv-parse-reader.js';
import { createChannels } from '#adapters/channels/create-providers.js';
import { galleryPictures, ShippedGallery } from '#adapters/gallery/shipped-gallery.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { HandlebarsRenderer } from '#adapters/handlebars/handlebars-renderer.js';
import { HandlebarsTrialRenderer } from '#adapters/handlebars/handlebars-trial-renderer.js';
import { Inspection } from '#adapters/handlebars/inspection.js';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { MemoryAudiences } from '#adapters/memory/campaign/memory-audiences.js';
import { MemoryCampaigns } from '#adapters/memory/campaign/memory-campaigns.js';
import { MemoryImports } from '#adapters/memory/campaign/memory-imports.js';
import { MemoryLists } from '#adapters/memory/campaign/memory-lists.js';
import { MemoryMemberships } from '#adapters/memory/campaign/memory-memberships.js';
import { MemoryPeople } from '#adapters/memory/campaign/memory-people.js';
import { MemorySubscribers } from '#adapters/memory/campaign/memory-subscribers.js';
import { MemoryUnsubscribes } from '#adapters/memory/campaign/memory-unsubscribes.js';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { MemoryCapturedMails } from '#adapters/memory/delivery/memory-captured-mails.js';
import { MemoryDeliveries } from '#adapters/memory/delivery/memory-deliveries.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryFailedMessages } from '#adapters/memory/delivery/memory-failed-messages.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemoryProviderReports } from '#adapters/memory/delivery/memory-provider-reports.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { MemorySecrets } from '#adapters/memory/system/memory-secrets.js';
import { MemoryStorageProbe } from '#adapters/memory/system/memory-storage-probe.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import { MemoryApiKeys } from '#adapters/memory/workspace/memory-api-keys.js';
import { MemoryIdempotentRequests } from '#adapters/memory/workspace/memory-idempotent-requests.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { MemoryWorkspaces } from '#adapters/memory/workspace/memory-workspaces.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { GalleryPictures } from '#adapters/rest/assets/gallery-pictures.js';
import { MetricsExposition } from '#adapters/rest/health/metrics-exposition.js';
import { OutboxSettings } from '#adapters/rest/outbox/outbox-settings.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { Sha256ApiKeyTokens } from '#adapters/system/sha256-api-key-tokens.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { LaneMeter } from '#domain/delivery/application/lane-meter.js';
import { DispatchPacer } from '#domain/delivery/application/pace-dispatches.js';
import { defaultRetryRules } from '#domain/delivery/model/retry-policy.js';
import { Audiences } from '#ports/campaign/audiences.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { CsvReader } from '#ports/campaign/csv.js';
import { Imports } from '#ports/campaign/imports.js';
import { Lists } from '#ports/campaign/lists.js';
import { Memberships } from '#ports/campaign/memberships.js';
import { Subscribers } from '#ports/campaign/subscribers.js';
import { UnsubscribeTokens } from '#ports/campaign/unsubscribe-tokens.js';
import { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import { CapturedMails } from '#ports/delivery/captured-mails.js';
import { Deliveries } from '#ports/delivery/deliveries.js';
import { DeliveryMonitor } from '#ports/delivery/delivery-monitor.js';
import { Dispatches } from '#ports/delivery/dispatches.js';
import { FailedMessages } from '#ports/delivery/failed-messages.js';
import { Lanes } from '#ports/delivery/lanes.js';
import { Ledger } from '#ports/delivery/ledger.js';
import { PreferenceTokens } from '#ports/delivery/preference-tokens.js';
import { RecipientLinks } from '#ports/delivery/recipient-links.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { Outbox } from '#ports/events/outbox.js';
import { EventSinks } from '#domain/events/event-sinks.js';
import { EventSink } from '#ports/events/event-sink.js';
import { Timers } from '#ports/events/timers.js';
import { Blobs } from '#ports/system/blobs.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { Metrics } from '#ports/system/metrics.js';
import { Randomness } from '#ports/system/randomness.js';
import { Secrets } from '#ports/system/secrets.js';
import { StorageProbe } from '#ports/system/storage-probe.js';
import { Gallery } from '#ports/templating/gallery.js';
import { PreviewLinks } from '#ports/templating/preview-links.js';
import { TrialRenderer } from '#ports/templating/trial-renderer.js';
import { TemplateInspector } from '#ports/templating/template-inspector.js';
import { Templates } from '#ports/templating/templates.js';
import { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { IdempotentRequests } from '#ports/workspace/idempotent-requests.js';
import { RateLimits } from '#ports/workspace/rate-limits.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { linkKeyOf } from '../link-key.js';
import { previewLinks } from '../preview-links.js';
import { linesOf } from '../channel-lines.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { MemoryNotifications } from '#adapters/memory/communication/memory-notifications.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { MemoryProfiles } from '#adapters/memory/communication/memory-profiles.js';
import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from '#adapters/memory/webhooks/memory-webhook-endpoints.js';
import { MemoryWebhookTransport } from '#adapters/memory/webhooks/memory-webhook-transport.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import { CommunicationSettings } from '#domain/communication/application/communication-settings.js';
import { Inbox } from '#ports/communication/inbox.js';
import { Notifications } from '#ports/communication/notifications.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { ShippedTypes } from '#ports/communication/shipped-types.js';
import { ShippedNotificationTypes } from '#adapters/gallery/shipped-notification-types.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels } from '#ports/delivery/channels.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { SocketSettings } from '#adapters/socketio/socket-settings.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { userTokensOf } from '../user-tokens.js';
import { DeliveryInProcess } from './delivery-in-process.js';
import { createCallbacks } from '#adapters/channels/create-callbacks.js';
import { HookSettings } from '#adapters/rest/hooks/hook-settings.js';
import { CallbackReaders, OnInbound } from '#domain/delivery/application/take-callbacks.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { hearInbound } from '../hear-inbound.js';
import {
  ChatTables,
  MemoryBlocks,
  MemoryConversations,
  MemoryMessageLog,
} from '#adapters/memory/chat/memory-chat.js';
import { MemoryPresence } from '#adapters/memory/chat/memory-presence.js';
import { LiveConversations } from '#domain/chat/application/live-conversations.js';
import { Presence } from '#ports/chat/presence.js';
import { ChatSettings } from '#domain/chat/application/chat-settings.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Conversations } from '#ports/chat/conversations.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { MemoryAttachments } from '#adapters/memory/chat/memory-attachments.js';
import { MemoryMessageSearch } from '#adapters/memory/chat/memory-message-search.js';
import { UploadLimits } from '#domain/chat/model/upload.js';
import { NoPreviews } from '#adapters/sharp/no-previews.js';
import { ImagePreviews } from '#ports/chat/image-previews.js';
import { Attachments } from '#ports/chat/attachments.js';
import { MessageSearch } from '#ports/chat/message-search.js';
import { ScheduledMessages } from '#ports/chat/scheduled-messages.js';
import { WaitingMessages } from '#ports/chat/waiting-messages.js';
import { NoWaitingMessages } from '#adapters/memory/chat/no-waiting-messages.js';
import { MemoryScheduledMessages } from '#adapters/memory/chat/memory-scheduled-messages.js';
import { MemoryAbsences } from '#adapters/memory/chat/memory-absences.js';
import { ModerationSettings } from '#domain/chat/application/moderation-settings.js';
import { AwaySettings } from '#domain/chat/application/away-settings.js';
import { Absences } from '#ports/chat/absences.js';
import { awaySettingsOf } from '../away-settings.js';
import { answers, type OpenTarget, type Target, type TargetSetting } from './target.js';

async function openInMemory({ config, log, publicUrl }: TargetSetting, clock: Clock): Promise<Target> {
  const randomness = new CryptoRandomness();
  const ids = new MonotonicUlids(clock, randomness);
  const metrics = new PrometheusMetrics();
  const secrets = new MemorySecrets(randomness);
  const linkKey = await linkKeyOf(secrets);
  const unsubscribeTokens = new HmacUnsubscribeTokens(linkKey);
  const preferenceTokens = new SignedPreferenceTokens(linkKey);
  const links = new SignedLinks(publicUrl, unsubscribeTokens, preferenceTokens);
  const keys = new MemoryApiKeys();
  const outbox = new MemoryOutbox();
  const templates = new MemoryTemplates();
  const inspection = new Inspection();
  const renderer = new HandlebarsRenderer(templates);
  const people = new MemoryPeople();
  const campaigns = new MemoryCampaigns(outbox, clock);
  const backbone = new MemoryDeliveryBackbone(outbox, ids, clock);
  const ledger = new MemoryLedger(backbone);
  const lanes = new MemoryLanes(backbone);
  const profiles = new MemoryProfiles();
  const callbackReaders = await createCallbacks(config.channels);
  const capturedMails = new MemoryCapturedMails(backbone.dispatches);
  const inbox = new MemoryInbox(outbox);
  const webhooks = new MemoryWebhooks();
  const chat = new ChatTables();
  const conversations = new MemoryConversations(chat);
  const messages = new MemoryMessageLog(chat);
  const live = new LiveConversations({ conversations, messages, clock, log });
  const channels = await createChannels(config.channels, { capturedMails, inbox, clock });
  const delivery = new DeliveryInProcess(
    {
      clock,
      randomness,
      ids,
      ledger,
      lanes,
      renderer,
      links,
      lines: linesOf(channels, clock, randomness),
      pacer: new DispatchPacer(clock),
      retryRules: defaultRetryRules,
      meter: new LaneMeter(clock),
    },
    config.lanes,
    log,
  );
  return {
    providers: [
      // system
      answers<Clock>(Clock, clock),
      answers<Ids>(Ids, ids),
      answers<Randomness>(Randomness, randomness),
      answers<Secrets>(Secrets, secrets),
      answers<Blobs>(Blobs, new MemoryBlobs(clock)),
      answers<Log>(Log, log),
      answers<Metrics>(Metrics, metrics),
      answers<MetricsExposition>(MetricsExposition, metrics),
      answers<StorageProbe>(StorageProbe, new MemoryStorageProbe()),
      // events
      answers<Outbox>(Outbox, outbox),
      answers<EventSink>(EventSink, new EventSinks([])),
      answers<Timers>(Timers, new MemoryTimers()),
      // workspace
      answers<Workspaces>(Workspaces, new MemoryWorkspaces(keys)),
      answers<ApiKeys>(ApiKeys, keys),
      answers<ApiKeyTokens>(ApiKeyTokens, new Sha256ApiKeyTokens(randomness)),
      answers<IdempotentRequests>(IdempotentRequests, new MemoryIdempotentRequests()),
      answers<RateLimits>(RateLimits, new MemoryRateLimits(clock)),
      // templating
      answers<Templates>(Templates, templates),
      answers<TemplateInspector>(TemplateInspector, new HandlebarsInspector(undefined, inspection)),
      answers<TrialRenderer>(TrialRenderer, new HandlebarsTrialRenderer(templates, inspection)),
      answers<Gallery>(Gallery, new ShippedGallery()),
      answers<URL>(GalleryPictures, galleryPictures),
      answers<PreviewLinks>(PreviewLinks, previewLinks(publicUrl)),
      // delivery
      answers<Dispatches>(Dispatches, new MemoryDispatches(backbone)),
      answers<Ledger>(Ledger, ledger),
      answers<Lanes>(Lanes, lanes),
      answers<Deliveries>(Deliveries, new MemoryDeliveries(backbone)),
      answers<FailedMessages>(FailedMessages, new MemoryFailedMessages(backbone)),
      answers<RecipientLinks>(RecipientLinks, links),
      answers<Suppressions>(Suppressions, new MemorySuppressions(backbone)),
      answers<ProviderReports>(ProviderReports, new MemoryProviderReports(backbone)),
      answers<CallbackReaders>(CallbackReaders, callbackReaders),
      answers<HookSettings>(HookSettings, { publicUrl }),
      answers<OnInbound>(OnInbound, hearInbound(profiles)),
      answers<CapturedMails>(CapturedMails, capturedMails),
      answers<OutboxSettings>(OutboxSettings, { openTo: config.outboxOpenTo }),
      answers<DeliveryMonitor>(DeliveryMonitor, delivery),
      // campaign
      answers<Lists>(Lists, new MemoryLists(people)),
      answers<Memberships>(Memberships, new MemoryMemberships(people)),
      answers<Subscribers>(Subscribers, new MemorySubscribers(people)),
      answers<Audiences>(Audiences, new MemoryAudiences(people)),
      answers<Imports>(Imports, new MemoryImports(people, clock)),
      answers<Campaigns>(Campaigns, campaigns),
      answers<Unsubscribes>(Unsubscribes, new MemoryUnsubscribes(campaigns, people)),
      answers<CsvReader>(CsvReader, new CsvParseReader()),
      answers<UnsubscribeTokens>(UnsubscribeTokens, unsubscribeTokens),
      answers<PreferenceTokens>(PreferenceTokens, preferenceTokens),
      answers<UserTokens>(UserTokens, await userTokensOf(config.sockets, secrets, clock)),
      answers<SocketSettings>(SocketSettings, {
        origins: config.sockets.origins,
        trustedProxies: config.door.trustedProxies,
        perAddress: config.door.perAddress,
      }),
      // communication
      answers<CommunicationSettings>(CommunicationSettings, {
        from: config.emailFrom,
        ...(config.quotas && { quotas: config.quotas }),
      }),
      answers<Channels>(Channels, new RegisteredChannels(channels.map(({ channel }) => channel))),
      answers<Notifications>(Notifications, new MemoryNotifications(outbox)),
      answers<NotificationTypes>(NotificationTypes, new MemoryNotificationTypes()),
      answers<ShippedTypes>(ShippedTypes, new ShippedNotificationTypes()),
      answers<Profiles>(Profiles, profiles),
      answers<Inbox>(Inbox, inbox),
      // chat
      answers<ChatSettings>(ChatSettings, config.chat),
      answers<ModerationSettings>(ModerationSettings, config.moderation),
      answers<AwaySettings>(AwaySettings, awaySettingsOf(config, publicUrl)),
      answers<Absences>(Absences, new MemoryAbsences()),
      answers<Conversations>(Conversations, conversations),
      answers<MessageLog>(MessageLog, messages),
      answers<Blocks>(Blocks, new MemoryBlocks(chat)),
      answers<MessageSearch>(MessageSearch, new MemoryMessageSearch(chat)),
      answers<ImagePreviews>(ImagePreviews, new NoPreviews()),
      answers<Attachments>(Attachments, new MemoryAttachments(chat)),
      answers<UploadLimits>(UploadLimits, config.uploads),
      answers<WaitingMessages>(WaitingMessages, new NoWaitingMessages()),
      answers<ScheduledMessages>(ScheduledMessages, new MemoryScheduledMessages()),
      answers<Realtime>(Realtime, live),
      answers<LiveConversations>(LiveConversations, live),
      answers<Presence>(Presence, new MemoryPresence(clock)),
      // webhooks
      answers<WebhookEndpoints>(WebhookEndpoints, new MemoryWebhookEndpoints(webhooks)),
      answers<WebhookDeliveries>(WebhookDeliveries, new MemoryWebhookDeliveries(webhooks)),
      answers<WebhookTransport>(WebhookTransport, new MemoryWebhookTransport()),
    ],
    duties: { worker: [delivery] },
    close: () => Promise.resolve(),
  };
}

/** Everything in memory, gone when it stops. A test may bring a clock that it drives. */
export const openTestTarget =
  (clock: Clock = new SystemClock()): OpenTarget =>
  (setting) =>
    openInMemory(setting, clock);

export const openTarget: OpenTarget = openTestTarget();
