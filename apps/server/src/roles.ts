import type { INestApplicationContext } from '@nestjs/common';
import { RunSockets } from '#adapters/socketio/run-sockets.js';
import { SweepAttachments } from '#domain/chat/application/sweep-attachments.js';
import { ExpandCampaigns } from '#domain/campaign/application/expand-campaigns.js';
import { RunImports } from '#domain/campaign/application/run-imports.js';
import { RouteNotifications } from '#domain/communication/application/route-notifications.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { RingTimers } from '#domain/events/ring-timers.js';
import { DeliverWebhooks } from '#domain/webhooks/application/deliver-webhooks.js';
import { PurgeIdempotentRequests } from '#domain/workspace/application/purge-idempotent-requests.js';
import type { Role } from './config/server-config.js';
import type { Duty } from './duty.js';
import type { Target } from './targets/target.js';

type Find = (app: INestApplicationContext) => readonly Duty[];

const duty = (name: string, one: Omit<Duty, 'name'>): Duty => ({
  name,
  start: () => one.start(),
  stop: () => one.stop(),
});

/** What each role does beside serving requests, in the order of starting. */
const duties: Readonly<Record<Role, Find>> = {
  api: () => [],
  realtime: (app) => [duty('sockets', app.get(RunSockets))],
  worker: (app) => [
    duty('event relay', app.get(RelayEvents)),
    duty('imports', app.get(RunImports)),
    duty('expansion of campaigns', app.get(ExpandCampaigns)),
    duty('routing of notifications', app.get(RouteNotifications)),
    duty('webhooks', app.get(DeliverWebhooks)),
  ],
  timer: (app) => [
    duty('timers', app.get(RingTimers)),
    duty('purge of idempotent requests', app.get(PurgeIdempotentRequests)),
    duty('sweep of attachments', app.get(SweepAttachments)),
  ],
};

export function dutiesOf(
  app: INestApplicationContext,
  roles: readonly Role[],
  target: Target,
): readonly Duty[] {
  return roles.flatMap((role) => [...(target.duties?.[role] ?? []), ...duties[role](app)]);
}
