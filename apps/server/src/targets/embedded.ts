import { join } from 'node:path';
import { type ChannelsConfig, registeredChannels } from '#adapters/channels/create-providers.js';
import { CsvParseReader } from '#adapters/csv/csv-parse-reader.js';
import { FileBlobs } from '#adapters/files/file-blobs.js';

import { galleryPictures, ShippedGallery } from '#adapters/gallery/shipped-gallery.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { HandlebarsTrialRenderer } from '#adapters/handlebars/handlebars-trial-renderer.js';
import { Inspection } from '#adapters/handlebars/inspection.js';
import { SqliteCampaigns, SqliteUnsubscribes } from '#adapters/sqlite/campaign/sqlite-campaigns.js';
import { SqliteMemberships } from '#adapters/sqlite/campaign/sqlite-memberships.js';
import {
  SqliteAudiences,
  SqliteImports,
  SqliteLists,
  SqliteSubscribers,
} from '#adapters/sqlite/campaign/sqlite-subscribers.js';
import { SqliteCapturedMails } from '#adapters/sqlite/captured-mails/sqlite-captured-mails.js';
import { SqliteDeliveries, SqliteFailedMessages } from '#adapters/sqlite/delivery/sqlite-deliveries.js';
import { SqliteDispatches } from '#adapters/sqlite/delivery/sqlite-dispatches.js';
import { SqliteLanes } from '#adapters/sqlite/delivery/sqlite-lanes.js';
import { SqliteLedger } from '#adapters/sqlite/delivery/sqlite-ledger.js';
import { SqliteProviderReports } from '#adapters/sqlite/delivery/sqlite-provider-reports.js';
import { SqliteSuppressions } from '#adapters/sqlite/delivery/sqlite-suppressions.js';
import { SqliteTemplates } from '#adapters/sqlite/templating/sqlite-templates.js';
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
import { Blobs } from '#ports/system/blobs.js';
import { Gallery } from '#ports/templating/gallery.js';
import { PreviewLinks } from '#ports/templating/preview-links.js';
import { TrialRenderer } from '#ports/templating/trial-renderer.js';
import { TemplateInspector } from '#ports/templating/template-inspector.js';
import { Templates } from '#ports/templating/templates.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { SqliteInbox } from '#adapters/sqlite/communication/sqlite-inbox.js';
import { SqliteNotifications } from '#adapters/sqlite/communication/sqlite-notifications.js';
import { SqliteNotificationTypes } from '#adapters/sqlite/communication/sqlite-notification-types.js';
import { SqliteProfiles } from '#adapters/sqlite/communication/sqlite-profiles.js';
import {
  SqliteWebhookDeliveries,
  SqliteWebhookEndpoints,
} from '#adapters/sqlite/webhooks/sqlite-webhooks.js';
import { HttpWebhookTransport } from '#adapters/webhook-http/http-webhook-transport.js';
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
import { communicationSettingsOf, socketSettingsOf } from '../door-settings.js';
import { userTokensOf } from '../user-tokens.js';
import { DeliveryThreadHost } from '../delivery-thread/delivery-thread-host.js';
import { linkKeyOf } from '../link-key.js';
import { previewLinks } from '../preview-links.js';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { GalleryPictures } from '#adapters/rest/assets/gallery-pictures.js';
import { MetricsExposition } from '#adapters/rest/health/metrics-exposition.js';
import { OutboxSettings } from '#adapters/rest/outbox/outbox-settings.js';
import { SqliteEngine } from '#adapters/sqlite/engine/sqlite-engine.js';
import { SqliteOutbox } from '#adapters/sqlite/outbox/sqlite-outbox.js';
import { SqliteStorageProbe } from '#adapters/sqlite/storage-probe/sqlite-storage-probe.js';
import { SqliteTimers } from '#adapters/sqlite/timers/sqlite-timers.js';
import { SqliteApiKeys } from '#adapters/sqlite/workspace/sqlite-api-keys.js';
import { SqliteIdempotentRequests } from '#adapters/sqlite/workspace/sqlite-idempotent-requests.js';
import { SqliteWorkspaces } from '#adapters/sqlite/workspace/sqlite-workspaces.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { FileSecrets } from '#adapters/system/file-secrets.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { Sha256ApiKeyTokens } from '#adapters/system/sha256-api-key-tokens.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { Outbox } from '#ports/events/outbox.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { Metrics } from '#ports/system/metrics.js';
import { Randomness } from '#ports/system/randomness.js';
import { Secrets } from '#ports/system/secrets.js';
import { StorageProbe } from '#ports/system/storage-probe.js';
import { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { IdempotentRequests } from '#ports/workspace/idempotent-requests.js';
import { RateLimits } from '#ports/workspace/rate-limits.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { createCallbacks } from '#adapters/channels/create-callbacks.js';
import { HookSettings } from '#adapters/rest/hooks/hook-settings.js';
import { CallbackReaders, OnInbound } from '#domain/delivery/application/take-callbacks.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { hearInbound } from '../hear-inbound.js';
import { SqliteBlocks } from '#adapters/sqlite/chat/sqlite-blocks.js';
import { SqliteConversations } from '#adapters/sqlite/chat/sqlite-conversations.js';
import { SqliteMessageLog } from '#adapters/sqlite/chat/sqlite-message-log.js';
import { MemoryPresence } from '#adapters/memory/chat/memory-presence.js';
import { LiveConversations } from '#domain/chat/application/live-conversations.js';
import { Presence } from '#ports/chat/presence.js';
import { ChatSettings } from '#domain/chat/application/chat-settings.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Conversations } from '#ports/chat/conversations.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { SqliteAttachments } from '#adapters/sqlite/chat/sqlite-attachments.js';
import { SqliteMessageSearch } from '#adapters/sqlite/chat/sqlite-message-search.js';
import { WriteWords } from '#adapters/sqlite/chat/write-words.js';
import { UploadLimits } from '#domain/chat/model/upload.js';
import { NoPreviews } from '#adapters/sharp/no-previews.js';
import { SharpPreviews } from '#adapters/sharp/sharp-previews.js';
import { ImagePreviews } from '#ports/chat/image-previews.js';
import { Attachments } from '#ports/chat/attachments.js';
import { MessageSearch } from '#ports/chat/message-search.js';
import { ScheduledMessages } from '#ports/chat/scheduled-messages.js';
import { WaitingMessages } from '#ports/chat/waiting-messages.js';
import { NoWaitingMessages } from '#adapters/memory/chat/no-waiting-messages.js';
import { SqliteScheduledMessages } from '#adapters/sqlite/chat/sqlite-scheduled-messages.js';
import { SqliteAbsences } from '#adapters/sqlite/chat/sqlite-absences.js';
import { ModerationSettings } from '#domain/chat/application/moderation-settings.js';
import { AwaySettings } from '#domain/chat/application/away-settings.js';
import { Absences } from '#ports/chat/absences.js';
import { awaySettingsOf } from '../away-settings.js';
import { answers, type OpenTarget, type Target, type TargetSetting } from './target.js';

export interface EmbeddedOptions {
  /** Another entry for the delivery thread: tests put themselves between the worker and its ports there. */
  readonly deliveryThread?: URL;
}

/** Who could be asked to send, in the order of failover. */
function providersOf(channels: ChannelsConfig): { channel: string; name: string }[] {
  return Object.entries(channels).flatMap(([channel, { order }]) => order.map((name) => ({ channel, name })));
}

async function openEmbedded(setting: TargetSetting, options: EmbeddedOptions): Promise<Target> {
  const { config, log, onFatal, publicUrl } = setting;
  const engine = await SqliteEngine.open(config.dataDir, onFatal);
  const { storage } = engine;
  const clock = new SystemClock();
  const randomness = new CryptoRandomness();
  const ids = new MonotonicUlids(clock, randomness);
  const conversations = new SqliteConversations(storage);
  const messages = new SqliteMessageLog(storage);
  const live = new LiveConversations({ conversations, messages, clock, log });
  const metrics = new PrometheusMetrics();
  const secrets = new FileSecrets(config.dataDir, randomness);
  const linkKey = await linkKeyOf(secrets);
  const unsubscribeTokens = new HmacUnsubscribeTokens(linkKey);
  const preferenceTokens = new SignedPreferenceTokens(linkKey);
  const lanes = new SqliteLanes(storage);
  const profiles = new SqliteProfiles(storage);
  const callbackReaders = await createCallbacks(config.channels);
  const idempotentRequests = new SqliteIdempotentRequests(storage);
  await idempotentRequests.releaseAll();
  const webhookDeliveries = new SqliteWebhookDeliveries(storage);
  await webhookDeliveries.releaseAll(clock.now());
  const webhookTransport = new HttpWebhookTransport({ allowPrivate: config.webhooksToPrivate });
  const templates = new SqliteTemplates(storage);
  const inspection = new Inspection();
  const sharpPreviews = new SharpPreviews(log, { mostPixels: config.uploads.mostPixels });
  const previews = config.previews ? sharpPreviews : new NoPreviews();
  const deliveryThread = new DeliveryThreadHost({
    lanes,
    clock,
    log,
    providers: providersOf(config.channels),
    ...(options.deliveryThread && { entry: options.deliveryThread }),
    releaseClaims: () => lanes.releaseAll(clock.now()),
    options: () => ({
      storage: engine.connect(),
      channels: config.channels,
      lanes: config.lanes,
      publicUrl: publicUrl.value,
      linkKey,
    }),
  });
  if (config.roles.includes('worker') && publicUrl.known) await deliveryThread.start();
  const words = new WriteWords(storage, clock, log);
  words.start();
  return {
    providers: [
      // system
      answers<Clock>(Clock, clock),
      answers<Ids>(Ids, ids),
      answers<Randomness>(Randomness, randomness),
      answers<Secrets>(Secrets, secrets),
      answers<Blobs>(Blobs, new FileBlobs(join(config.dataDir, 'blobs'))),
      answers<Log>(Log, log),
      answers<Metrics>(Metrics, metrics),
      answers<MetricsExposition>(MetricsExposition, metrics),
      answers<StorageProbe>(StorageProbe, new SqliteStorageProbe(storage)),
      // events
      answers<Outbox>(Outbox, new SqliteOutbox(storage)),
      answers<Timers>(Timers, new SqliteTimers(storage)),
      // workspace
      answers<Workspaces>(Workspaces, new SqliteWorkspaces(storage)),
      answers<ApiKeys>(ApiKeys, new SqliteApiKeys(storage)),
      answers<ApiKeyTokens>(ApiKeyTokens, new Sha256ApiKeyTokens(randomness)),
      answers<IdempotentRequests>(IdempotentRequests, idempotentRequests),
      answers<RateLimits>(RateLimits, new MemoryRateLimits(clock)),
      // templating
      answers<Templates>(Templates, templates),
      answers<TemplateInspector>(TemplateInspector, new HandlebarsInspector(undefined, inspection)),
      answers<TrialRenderer>(TrialRenderer, new HandlebarsTrialRenderer(templates, inspection)),
      answers<Gallery>(Gallery, new ShippedGallery()),
      answers<URL>(GalleryPictures, galleryPictures),
      answers<PreviewLinks>(PreviewLinks, previewLinks(publicUrl)),
      // delivery
      answers<Dispatches>(Dispatches, new SqliteDispatches(storage, clock)),
      answers<Ledger>(Ledger, new SqliteLedger(storage, ids)),
      answers<Lanes>(Lanes, lanes),
      answers<Deliveries>(Deliveries, new SqliteDeliveries(storage)),
      answers<FailedMessages>(FailedMessages, new SqliteFailedMessages(storage)),
      answers<RecipientLinks>(
        RecipientLinks,
        new SignedLinks(publicUrl, unsubscribeTokens, preferenceTokens),
      ),
      answers<Suppressions>(Suppressions, new SqliteSuppressions(storage)),
      answers<ProviderReports>(ProviderReports, new SqliteProviderReports(storage, ids)),
      answers<CallbackReaders>(CallbackReaders, callbackReaders),
      answers<HookSettings>(HookSettings, { publicUrl }),
      answers<OnInbound>(OnInbound, hearInbound(profiles)),
      answers<CapturedMails>(CapturedMails, new SqliteCapturedMails(storage)),
      answers<OutboxSettings>(OutboxSettings, { openTo: config.outboxOpenTo }),
      answers<DeliveryMonitor>(DeliveryMonitor, deliveryThread),
      // campaign
      answers<Lists>(Lists, new SqliteLists(storage)),
      answers<Memberships>(Memberships, new SqliteMemberships(storage)),
      answers<Subscribers>(Subscribers, new SqliteSubscribers(storage)),
      answers<Audiences>(Audiences, new SqliteAudiences(storage)),
      answers<Imports>(Imports, new SqliteImports(storage, clock)),
      answers<Campaigns>(Campaigns, new SqliteCampaigns(storage, clock)),
      answers<Unsubscribes>(Unsubscribes, new SqliteUnsubscribes(storage)),
      answers<CsvReader>(CsvReader, new CsvParseReader()),
      answers<UnsubscribeTokens>(UnsubscribeTokens, unsubscribeTokens),
      answers<PreferenceTokens>(PreferenceTokens, preferenceTokens),
      answers<UserTokens>(UserTokens, await userTokensOf(config.sockets, secrets, clock)),
      answers<SocketSettings>(SocketSettings, socketSettingsOf(config)),
      // communication
      answers<CommunicationSettings>(CommunicationSettings, communicationSettingsOf(config)),
      answers<Channels>(Channels, new RegisteredChannels(registeredChannels(Object.keys(config.channels)))),
      answers<Notifications>(Notifications, new SqliteNotifications(storage)),
      answers<NotificationTypes>(NotificationTypes, new SqliteNotificationTypes(storage)),
      answers<ShippedTypes>(ShippedTypes, new ShippedNotificationTypes()),
      answers<Profiles>(Profiles, profiles),
      answers<Inbox>(Inbox, new SqliteInbox(storage)),
      // chat
      answers<ChatSettings>(ChatSettings, config.chat),
      answers<ModerationSettings>(ModerationSettings, config.moderation),
      answers<AwaySettings>(AwaySettings, awaySettingsOf(config, publicUrl)),
      answers<Absences>(Absences, new SqliteAbsences(storage)),
      answers<Conversations>(Conversations, conversations),
      answers<MessageLog>(MessageLog, messages),
      answers<Blocks>(Blocks, new SqliteBlocks(storage)),
      answers<MessageSearch>(MessageSearch, new SqliteMessageSearch(storage)),
      answers<ImagePreviews>(ImagePreviews, previews),
      answers<Attachments>(Attachments, new SqliteAttachments(storage)),
      answers<UploadLimits>(UploadLimits, config.uploads),
      answers<WaitingMessages>(WaitingMessages, new NoWaitingMessages()),
      answers<ScheduledMessages>(ScheduledMessages, new SqliteScheduledMessages(storage)),
      answers<Realtime>(Realtime, live),
      answers<LiveConversations>(LiveConversations, live),
      answers<Presence>(Presence, new MemoryPresence(clock)),
      // webhooks
      answers<WebhookEndpoints>(WebhookEndpoints, new SqliteWebhookEndpoints(storage)),
      answers<WebhookDeliveries>(WebhookDeliveries, webhookDeliveries),
      answers<WebhookTransport>(WebhookTransport, webhookTransport),
    ],
    duties: { worker: [deliveryThread] },
    async close() {
      await deliveryThread.stop();
      await sharpPreviews.close();
      await webhookTransport.close();
      await words.stop();
      await engine.close();
    },
  };
}

/** One process, one data folder, nothing else to install. */
export const embedded =
  (options: EmbeddedOptions = {}): OpenTarget =>
  (setting) =>
    openEmbedded(setting, options);

export const openTarget: OpenTarget = embedded();
