import type { INestApplicationContext } from '@nestjs/common';
import { ExpandCampaigns } from '#domain/campaign/application/expand-campaigns.js';
import { RunImports } from '#domain/campaign/application/run-imports.js';
import { StoreWaiting } from '#domain/chat/application/store-waiting.js';
import { SweepAttachments } from '#domain/chat/application/sweep-attachments.js';
import { RouteNotifications } from '#domain/communication/application/route-notifications.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { RingTimers } from '#domain/events/ring-timers.js';
import { DeliverWebhooks } from '#domain/webhooks/application/deliver-webhooks.js';
import { PurgeIdempotentRequests } from '#domain/workspace/application/purge-idempotent-requests.js';
import type { Duty } from './duty.js';

export const duty = (name: string, one: Omit<Duty, 'name'>): Duty => ({
  name,
  start: () => one.start(),
  stop: () => one.stop(),
});

/** What has to be done though nobody asks, in the order of starting: by workers. */
export const workerDuties = (app: INestApplicationContext): readonly Duty[] => [
  duty('event relay', app.get(RelayEvents, { strict: false })),
  duty('imports', app.get(RunImports, { strict: false })),
  duty('expansion of campaigns', app.get(ExpandCampaigns, { strict: false })),
  duty('routing of notifications', app.get(RouteNotifications, { strict: false })),
  duty('webhooks', app.get(DeliverWebhooks, { strict: false })),
  duty('waiting messages', app.get(StoreWaiting, { strict: false })),
];

/** What has to be done because time passes. */
export const timerDuties = (app: INestApplicationContext): readonly Duty[] => [
  duty('timers', app.get(RingTimers, { strict: false })),
  duty('purge of idempotent requests', app.get(PurgeIdempotentRequests, { strict: false })),
  duty('sweep of attachments', app.get(SweepAttachments, { strict: false })),
];
