import 'reflect-metadata';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryDeliveries } from '#adapters/memory/delivery/memory-deliveries.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryFailedMessages } from '#adapters/memory/delivery/memory-failed-messages.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemoryProviderReports } from '#adapters/memory/delivery/memory-provider-reports.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { PublicUrl } from '#apps/server/src/public-url.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { CallbackReaders, OnInbound } from '#domain/delivery/application/take-callbacks.js';
import { WorkspaceModule } from '#domain/workspace/workspace.module.js';
import type { InboundMessage } from '#ports/delivery/provider-callbacks.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import type { ReportStores } from '#ports/delivery/testing/reporting.js';
import type { RateLimit } from '#ports/workspace/rate-limits.js';
import { Lifecycle } from '../../kit/lifecycle.js';
import { createRestServer } from '../../kit/rest-server.js';
import { DEFAULT_REST_SETTINGS } from '../../kit/rest-settings.js';
import { RestKitModule } from '../../kit/rest.module.js';
import { HookSettings } from '../hook-settings.js';
import { HooksModule } from '../hooks.module.js';

export const PUBLIC_URL = 'https://posthorn.example/mail';

/** A request as it goes over the wire: nothing of it is encoded on the way. */
export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: unknown;
}

export interface HooksServer {
  readonly stores: ReportStores;
  readonly clock: DrivenClock;
  readonly log: MemoryLog;
  readonly inbound: InboundMessage[];
  /** Thrown by the storage, or by whoever hears of inbound messages, for as long as it is set. */
  readonly trouble: { storage?: Error | undefined; inbound?: Error | undefined };
  ask(call: Call): Promise<Answered>;
  close(): Promise<void>;
}

export interface HooksServerOptions {
  readonly readers: CallbackReaders;
  readonly perAddress?: RateLimit;
}

/** The paths of callbacks on a port of this machine, over memory, on a clock that only the test moves. */
export async function startHooksServer({ readers, perAddress }: HooksServerOptions): Promise<HooksServer> {
  const clock = new DrivenClock(START);
  const stores = memoryStores(clock);
  const inbound: InboundMessage[] = [];
  const trouble: HooksServer['trouble'] = {};
  const reports: ProviderReports = {
    apply: (...given) => (trouble.storage ? Promise.reject(trouble.storage) : stores.reports.apply(...given)),
    eventsOf: (...given) => stores.reports.eventsOf(...given),
  };
  const onInbound: OnInbound = async (messages) => {
    if (trouble.inbound) throw trouble.inbound;
    inbound.push(...messages);
    await Promise.resolve();
  };
  const log = new MemoryLog();
  const app = await listening(clock, log, [
    { provide: ProviderReports, useValue: reports },
    { provide: CallbackReaders, useValue: readers },
    { provide: OnInbound, useValue: onInbound },
    {
      provide: HookSettings,
      useValue: { publicUrl: { value: PUBLIC_URL }, ...(perAddress && { perAddress }) },
    },
  ]);
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { stores, clock, log, inbound, trouble, ask: (call) => ask(port, call), close: () => app.close() };
}

function memoryStores(clock: DrivenClock): ReportStores {
  const outbox = new MemoryOutbox();
  const backbone = new MemoryDeliveryBackbone(outbox, new CountingIds(), clock);
  return {
    dispatches: new MemoryDispatches(backbone),
    ledger: new MemoryLedger(backbone),
    lanes: new MemoryLanes(backbone),
    deliveries: new MemoryDeliveries(backbone),
    failedMessages: new MemoryFailedMessages(backbone),
    suppressions: new MemorySuppressions(backbone),
    reports: new MemoryProviderReports(backbone),
    untold: async () => (await outbox.untold(Infinity)).map(({ event }) => event),
    close: async () => {},
  };
}

async function listening(
  clock: DrivenClock,
  log: MemoryLog,
  own: readonly { provide: symbol; useValue: unknown }[],
): Promise<NestFastifyApplication> {
  const target = await openTestTarget(clock)({
    config: await readServerConfig({ POSTHORN_TARGET: 'test' }, '/nowhere'),
    log,
    onFatal: () => {},
    publicUrl: new PublicUrl(PUBLIC_URL),
  });
  const providers = [...target.providers, ...own];

  @Global()
  @Module({ providers, exports: providers })
  class PortsModule {}

  @Module({
    imports: [PortsModule, RestKitModule.with(DEFAULT_REST_SETTINGS), WorkspaceModule, HooksModule],
  })
  class TestedModule {}

  const app = await createRestServer(TestedModule, DEFAULT_REST_SETTINGS, false);
  await app.listen(0, '127.0.0.1');
  app.get(Lifecycle).serve();
  return app;
}

async function ask(port: number, { method = 'POST', path, headers = {}, body }: Call): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      buffer(response).then((bytes) => {
        const text = bytes.toString();
        const isJson = String(response.headers['content-type']).includes('json');
        const json: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
