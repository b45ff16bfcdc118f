import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { io, type Socket } from 'socket.io-client';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { memoryPorts, providersOf } from '#adapters/rest/deliveries/testing/memory-ports.js';
import { HealthController } from '#adapters/rest/health/health.controller.js';
import { Lifecycle } from '#adapters/rest/kit/lifecycle.js';
import { createRestServer } from '#adapters/rest/kit/rest-server.js';
import { DEFAULT_REST_SETTINGS } from '#adapters/rest/kit/rest-settings.js';
import { RestKitModule } from '#adapters/rest/kit/rest.module.js';
import type { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { MemoryStorageProbe } from '#adapters/memory/system/memory-storage-probe.js';
import { Hs256UserTokens } from '#adapters/system/hs256-user-tokens.js';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Inbox } from '#ports/communication/inbox.js';
import { anInboxItem } from '#ports/communication/testing/communication-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { StorageProbe } from '#ports/system/storage-probe.js';
import { RateLimits } from '#ports/workspace/rate-limits.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { RunSockets } from '../run-sockets.js';
import { SocketSettings } from '../socket-settings.js';
import { SocketsModule } from '../sockets.module.js';
import { chatPorts } from './chat-ports.js';

export const KEY = new Uint8Array(32).fill(7);

/** Sockets beside REST on one real server, over memory, on a clock that only the test moves. */
export class InboxSocketServer {
  readonly inbox: MemoryInbox;
  readonly clock: DrivenClock;
  readonly log: MemoryLog;
  readonly port: number;
  readonly #app: NestFastifyApplication;
  readonly #clients: Socket[] = [];

  private constructor(
    app: NestFastifyApplication,
    inbox: MemoryInbox,
    { clock, log }: ReturnType<typeof memoryPorts>,
  ) {
    this.#app = app;
    this.inbox = inbox;
    this.clock = clock;
    this.log = log;
    this.port = (app.getHttpServer().address() as AddressInfo).port;
  }

  static async start({
    inbox = new MemoryInbox(),
    origins = [] as string[],
    settings = {} as Partial<SocketSettings>,
    limits = undefined as RateLimits | undefined,
  } = {}): Promise<InboxSocketServer> {
    const ports = memoryPorts(new DrivenClock());
    const tokens = new Hs256UserTokens({ key: KEY, audience: 'posthorn' }, ports.clock);
    const providers = [
      ...providersOf(ports),
      ...chatPorts(ports).providers,
      { provide: StorageProbe, useValue: new MemoryStorageProbe() },
      ...(limits ? [{ provide: RateLimits, useValue: limits }] : []),
      { provide: Inbox, useValue: inbox },
      { provide: UserTokens, useValue: tokens },
      { provide: SocketSettings, useValue: { origins, ...settings } satisfies SocketSettings },
    ];

    @Global()
    @Module({ providers, exports: providers })
    class PortsModule {}

    @Module({
      imports: [PortsModule, RestKitModule.with(DEFAULT_REST_SETTINGS), SocketsModule],
      controllers: [HealthController],
    })
    class TestedModule {}

    const app = await createRestServer(TestedModule, DEFAULT_REST_SETTINGS, false);
    await app.listen({ host: '127.0.0.1', port: 0 });
    await app.get(RunSockets).start();
    app.get(Lifecycle).serve();
    return new InboxSocketServer(app, inbox, ports);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async tokenOf(userId: string, workspaceId: WorkspaceId = acme, forMs = 3_600_000): Promise<string> {
    const tokens = this.#app.get<UserTokens>(UserTokens);
    return (await tokens.mint({ workspaceId, userId }, forMs)).token;
  }

  /** A tab that is on its way, with what it is told kept from the beginning. */
  tab(token: unknown, transport: 'websocket' | 'polling' = 'websocket', namespace = '/inbox'): Tab {
    const options = { auth: { token }, transports: [transport], forceNew: true, reconnection: false };
    const client = io(this.url + namespace, options);
    this.#clients.push(client);
    return new Tab(client);
  }

  /** A tab that has its state. */
  async open(userId = 'anna', workspaceId: WorkspaceId = acme): Promise<Tab> {
    const tab = this.tab(await this.tokenOf(userId, workspaceId));
    await tab.next('inbox:state');
    return tab;
  }

  async put(change: Partial<InboxItem> = {}): Promise<InboxItem> {
    const item = anInboxItem(change);
    await this.inbox.put([item]);
    return item;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.stop();
  }

  /** Whoever is connected or not. */
  async stop(): Promise<void> {
    await Promise.all([this.#app.get(RunSockets).stop(), this.#app.close()]);
  }
}

/** A client that loses nothing it was told before somebody asked. */
export class Tab {
  readonly client: Socket;
  readonly #told = new Map<string, unknown[]>();
  readonly #waiting = new Map<string, (what: unknown) => void>();

  constructor(client: Socket) {
    this.client = client;
    for (const event of ['inbox:state', 'inbox:item', 'inbox:step', 'connect_error', 'disconnect'])
      client.on(event, (what: unknown) => this.#tell(event, what));
  }

  /** Whether it was told of this and nobody has asked yet. */
  has(event: string): boolean {
    return (this.#told.get(event)?.length ?? 0) > 0;
  }

  next<T = Record<string, unknown>>(event: string): Promise<T> {
    const told = this.#told.get(event)?.shift();
    if (told !== undefined) return Promise.resolve(told as T);
    return new Promise((resolve) => this.#waiting.set(event, resolve as (what: unknown) => void));
  }

  #tell(event: string, what: unknown): void {
    const waiting = this.#waiting.get(event);
    this.#waiting.delete(event);
    if (waiting) waiting(what);
    else this.#told.set(event, [...(this.#told.get(event) ?? []), what]);
  }
}
