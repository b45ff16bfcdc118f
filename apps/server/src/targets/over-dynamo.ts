import type { Provider } from '@nestjs/common';
import type { Company } from '#domain/delivery/application/company.js';
import type { DeliveryTools } from '#domain/delivery/application/deliver-parcel.js';
import type { ServerConfig } from '../config/server-config.js';
import type { PublicUrl } from '../public-url.js';
import { createChannels, registeredChannels } from '#adapters/channels/create-providers.js';
import { CsvParseReader } from '#adapters/csv/csv-parse-reader.js';

import { galleryPictures, ShippedGallery } from '#adapters/gallery/shipped-gallery.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { HandlebarsTrialRenderer } from '#adapters/handlebars/handlebars-trial-renderer.js';
import { Inspection } from '#adapters/handlebars/inspection.js';
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
import { linkKeyOf } from '../link-key.js';
import { previewLinks } from '../preview-links.js';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { GalleryPictures } from '#adapters/rest/assets/gallery-pictures.js';
import { MetricsExposition } from '#adapters/rest/health/metrics-exposition.js';
import { OutboxSettings } from '#adapters/rest/outbox/outbox-settings.js';
import { Sha256ApiKeyTokens } from '#adapters/system/sha256-api-key-tokens.js';
import { Outbox } from '#ports/events/outbox.js';
import { EventSink } from '#ports/events/event-sink.js';
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
import { Presence } from '#ports/chat/presence.js';
import { ChatSettings } from '#domain/chat/application/chat-settings.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Conversations } from '#ports/chat/conversations.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { UploadLimits } from '#domain/chat/model/upload.js';
import { ImagePreviews } from '#ports/chat/image-previews.js';
import { Attachments } from '#ports/chat/attachments.js';
import { MessageSearch } from '#ports/chat/message-search.js';
import { ScheduledMessages } from '#ports/chat/scheduled-messages.js';
import { WaitingMessages } from '#ports/chat/waiting-messages.js';
import { ModerationSettings } from '#domain/chat/application/moderation-settings.js';
import { AwaySettings } from '#domain/chat/application/away-settings.js';
import { Absences } from '#ports/chat/absences.js';
import { awaySettingsOf } from '../away-settings.js';
import { HandlebarsRenderer } from '#adapters/handlebars/handlebars-renderer.js';
import { type DynamoStores } from '#adapters/dynamodb/dynamo-stores.js';
import { LaneMeter } from '#domain/delivery/application/lane-meter.js';
import { DispatchPacer } from '#domain/delivery/application/pace-dispatches.js';
import { defaultRetryRules } from '#domain/delivery/model/retry-policy.js';
import { linesOf } from '../channel-lines.js';
import { answers } from './target.js';

/** What each target on the one table makes in its own way. */
export interface OverDynamoParts {
  readonly config: ServerConfig;
  readonly log: Log;
  readonly publicUrl: PublicUrl;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly ids: Ids;
  readonly metrics: PrometheusMetrics;
  readonly stores: DynamoStores;
  readonly secrets: Secrets;
  readonly blobs: Blobs;
  readonly signed: SignedParts;
  readonly rateLimits: RateLimits;
  readonly presence: Presence;
  readonly realtime: Realtime;
  readonly previews: ImagePreviews;
  readonly delivery: DeliveryMonitor;
  readonly webhookTransport: WebhookTransport;
  readonly waiting: WaitingMessages;
  readonly eventSink: EventSink;
}

/** Every port with its adapter, for the targets that keep their state in the one table. */
export async function providersOverDynamo(parts: OverDynamoParts): Promise<readonly Provider[]> {
  const { config, log, publicUrl, clock, randomness, ids, metrics, stores, secrets, blobs } = parts;
  const { rateLimits, presence, realtime, previews, delivery, webhookTransport } = parts;
  const { unsubscribeTokens, preferenceTokens, links } = parts.signed;
  const callbackReaders = await createCallbacks(config.channels);
  const inspection = new Inspection();
  return [
    // system
    answers<Clock>(Clock, clock),
    answers<Ids>(Ids, ids),
    answers<Randomness>(Randomness, randomness),
    answers<Secrets>(Secrets, secrets),
    answers<Blobs>(Blobs, blobs),
    answers<Log>(Log, log),
    answers<Metrics>(Metrics, metrics),
    answers<MetricsExposition>(MetricsExposition, metrics),
    answers<StorageProbe>(StorageProbe, stores.storageProbe),
    // events
    answers<Outbox>(Outbox, stores.outbox),
    answers<EventSink>(EventSink, parts.eventSink),
    answers<Timers>(Timers, stores.timers),
    // workspace
    answers<Workspaces>(Workspaces, stores.workspaces),
    answers<ApiKeys>(ApiKeys, stores.apiKeys),
    answers<ApiKeyTokens>(ApiKeyTokens, new Sha256ApiKeyTokens(randomness)),
    answers<IdempotentRequests>(IdempotentRequests, stores.idempotentRequests),
    answers<RateLimits>(RateLimits, rateLimits),
    // templating
    answers<Templates>(Templates, stores.templates),
    answers<TemplateInspector>(TemplateInspector, new HandlebarsInspector(undefined, inspection)),
    answers<TrialRenderer>(TrialRenderer, new HandlebarsTrialRenderer(stores.templates, inspection)),
    answers<Gallery>(Gallery, new ShippedGallery()),
    answers<URL>(GalleryPictures, galleryPictures),
    answers<PreviewLinks>(PreviewLinks, previewLinks(publicUrl)),
    // delivery
    answers<Dispatches>(Dispatches, stores.dispatches),
    answers<Ledger>(Ledger, stores.ledger),
    answers<Lanes>(Lanes, stores.lanes),
    answers<Deliveries>(Deliveries, stores.deliveries),
    answers<FailedMessages>(FailedMessages, stores.failedMessages),
    answers<RecipientLinks>(RecipientLinks, links),
    answers<Suppressions>(Suppressions, stores.suppressions),
    answers<ProviderReports>(ProviderReports, stores.providerReports),
    answers<CallbackReaders>(CallbackReaders, callbackReaders),
    answers<HookSettings>(HookSettings, { publicUrl }),
    answers<OnInbound>(OnInbound, hearInbound(stores.profiles)),
    answers<CapturedMails>(CapturedMails, stores.capturedMails),
    answers<OutboxSettings>(OutboxSettings, { openTo: config.outboxOpenTo }),
    answers<DeliveryMonitor>(DeliveryMonitor, delivery),
    // campaign
    answers<Lists>(Lists, stores.lists),
    answers<Memberships>(Memberships, stores.memberships),
    answers<Subscribers>(Subscribers, stores.subscribers),
    answers<Audiences>(Audiences, stores.audiences),
    answers<Imports>(Imports, stores.imports),
    answers<Campaigns>(Campaigns, stores.campaigns),
    answers<Unsubscribes>(Unsubscribes, stores.unsubscribes),
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
    answers<Channels>(Channels, new RegisteredChannels(registeredChannels(Object.keys(config.channels)))),
    answers<Notifications>(Notifications, stores.notifications),
    answers<NotificationTypes>(NotificationTypes, stores.notificationTypes),
    answers<ShippedTypes>(ShippedTypes, new ShippedNotificationTypes()),
    answers<Profiles>(Profiles, stores.profiles),
    answers<Inbox>(Inbox, stores.inbox),
    // chat
    answers<ChatSettings>(ChatSettings, config.chat),
    answers<ModerationSettings>(ModerationSettings, config.moderation),
    answers<AwaySettings>(AwaySettings, awaySettingsOf(config, publicUrl)),
    answers<Absences>(Absences, stores.absences),
    answers<Conversations>(Conversations, stores.conversations),
    answers<MessageLog>(MessageLog, stores.messages),
    answers<Blocks>(Blocks, stores.blocks),
    answers<MessageSearch>(MessageSearch, stores.messageSearch),
    answers<ImagePreviews>(ImagePreviews, previews),
    answers<Attachments>(Attachments, stores.attachments),
    answers<UploadLimits>(UploadLimits, config.uploads),
    answers<ScheduledMessages>(ScheduledMessages, stores.scheduledMessages),
    answers<WaitingMessages>(WaitingMessages, parts.waiting),
    answers<Realtime>(Realtime, realtime),
    answers<Presence>(Presence, presence),
    // webhooks
    answers<WebhookEndpoints>(WebhookEndpoints, stores.webhookEndpoints),
    answers<WebhookDeliveries>(WebhookDeliveries, stores.webhookDeliveries),
    answers<WebhookTransport>(WebhookTransport, webhookTransport),
  ];
}

export interface SignedParts {
  readonly unsubscribeTokens: HmacUnsubscribeTokens;
  readonly preferenceTokens: SignedPreferenceTokens;
  readonly links: SignedLinks;
}

export async function signedParts(secrets: Secrets, publicUrl: PublicUrl): Promise<SignedParts> {
  const linkKey = await linkKeyOf(secrets);
  const unsubscribeTokens = new HmacUnsubscribeTokens(linkKey);
  const preferenceTokens = new SignedPreferenceTokens(linkKey);
  return {
    unsubscribeTokens,
    preferenceTokens,
    links: new SignedLinks(publicUrl, unsubscribeTokens, preferenceTokens),
  };
}

export interface DeliveryParts extends Pick<
  OverDynamoParts,
  'config' | 'clock' | 'randomness' | 'ids' | 'stores'
> {
  readonly links: SignedLinks;
  /** The workers of other processes that send over the same accounts. */
  readonly company: Company;
}

/** What a worker of this target delivers with. */
export async function deliveryToolsOver(parts: DeliveryParts): Promise<DeliveryTools> {
  const { config, clock, randomness, ids, stores, links, company } = parts;
  const { capturedMails, inbox } = stores;
  const channels = await createChannels(config.channels, { capturedMails, inbox, clock });
  return {
    clock,
    randomness,
    ids,
    ledger: stores.ledger,
    lanes: stores.lanes,
    renderer: new HandlebarsRenderer(stores.templates),
    links,
    lines: linesOf(channels, clock, randomness, undefined, company),
    pacer: new DispatchPacer(clock, company.shares),
    retryRules: defaultRetryRules,
    meter: new LaneMeter(clock),
  };
}
