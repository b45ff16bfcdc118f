import { email } from '#adapters/channels/email-channel.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { sms } from '#adapters/channels/sms-channel.js';
import type { Provider } from '@nestjs/common';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { HandlebarsRenderer } from '#adapters/handlebars/handlebars-renderer.js';
import { HandlebarsTrialRenderer } from '#adapters/handlebars/handlebars-trial-renderer.js';
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
import type { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import { MemoryApiKeys } from '#adapters/memory/workspace/memory-api-keys.js';
import { MemoryIdempotentRequests } from '#adapters/memory/workspace/memory-idempotent-requests.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { MemoryWorkspaces } from '#adapters/memory/workspace/memory-workspaces.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { Sha256ApiKeyTokens } from '#adapters/system/sha256-api-key-tokens.js';
import { Channels } from '#ports/delivery/channels.js';
import { CapturedMails } from '#ports/delivery/captured-mails.js';
import { Deliveries } from '#ports/delivery/deliveries.js';
import { Dispatches } from '#ports/delivery/dispatches.js';
import { FailedMessages } from '#ports/delivery/failed-messages.js';
import { Lanes } from '#ports/delivery/lanes.js';
import { Ledger } from '#ports/delivery/ledger.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { Metrics } from '#ports/system/metrics.js';
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
import { MemoryLog } from '#adapters/memory/system/memory-log.js';

const welcome: Awaited<ReturnType<Gallery['list']>>[number] = {
  key: 'welcome',
  name: 'Welcome',
  description: 'Greets somebody who has just arrived.',
  locale: 'en',
  content: {
    subject: 'Welcome, {{name}}',
    html: '<h1>Welcome, {{name}}</h1>',
    variables: [{ name: 'name', required: true, example: 'Ann' }],
  },
};

/** The ports that these paths stand on, answered in memory. */
export function memoryPorts(clock: DrivenClock) {
  const randomness = new CryptoRandomness();
  const ids = new MonotonicUlids(clock, randomness);
  const backbone = new MemoryDeliveryBackbone(new MemoryOutbox(), ids, clock);
  const templates = new MemoryTemplates();
  const apiKeys = new MemoryApiKeys();
  const gallery: Gallery = { list: () => Promise.resolve([welcome]) };
  const previewLinks: PreviewLinks = {
    unsubscribeUrl: 'https://mail.example/u/preview',
    preferencesUrl: 'https://mail.example/p/preview',
    assetsUrl: 'https://mail.example/assets',
  };
  return {
    clock,
    randomness,
    ids,
    log: new MemoryLog(),
    metrics: new PrometheusMetrics(),
    apiKeys,
    tokens: new Sha256ApiKeyTokens(randomness),
    workspaces: new MemoryWorkspaces(apiKeys),
    idempotentRequests: new MemoryIdempotentRequests(),
    rateLimits: new MemoryRateLimits(clock),
    templates,
    inspector: new HandlebarsInspector(),
    renderer: new HandlebarsRenderer(templates),
    trials: new HandlebarsTrialRenderer(templates),
    gallery,
    previewLinks,
    channels: new RegisteredChannels([email, sms]),
    dispatches: new MemoryDispatches(backbone),
    ledger: new MemoryLedger(backbone),
    lanes: new MemoryLanes(backbone),
    deliveries: new MemoryDeliveries(backbone),
    failedMessages: new MemoryFailedMessages(backbone),
    suppressions: new MemorySuppressions(backbone),
    reports: new MemoryProviderReports(backbone),
    capturedMails: new MemoryCapturedMails(backbone.dispatches),
  };
}

export type MemoryPorts = ReturnType<typeof memoryPorts>;

export function providersOf(ports: MemoryPorts): Provider[] {
  const tokens: readonly (readonly [symbol, unknown])[] = [
    [Clock, ports.clock],
    [Ids, ports.ids],
    [Log, ports.log],
    [Metrics, ports.metrics],
    [Workspaces, ports.workspaces],
    [ApiKeys, ports.apiKeys],
    [ApiKeyTokens, ports.tokens],
    [IdempotentRequests, ports.idempotentRequests],
    [RateLimits, ports.rateLimits],
    [Templates, ports.templates],
    [TemplateInspector, ports.inspector],
    [TrialRenderer, ports.trials],
    [Gallery, ports.gallery],
    [PreviewLinks, ports.previewLinks],
    [Channels, ports.channels],
    [Dispatches, ports.dispatches],
    [Ledger, ports.ledger],
    [Lanes, ports.lanes],
    [Deliveries, ports.deliveries],
    [FailedMessages, ports.failedMessages],
    [Suppressions, ports.suppressions],
    [ProviderReports, ports.reports],
    [CapturedMails, ports.capturedMails],
  ];
  return tokens.map(([provide, useValue]) => ({ provide, useValue }));
}
