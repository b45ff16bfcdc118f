import 'reflect-metadata';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import request from 'supertest';
import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from '#adapters/memory/webhooks/memory-webhook-endpoints.js';
import { MemoryWebhookTransport } from '#adapters/memory/webhooks/memory-webhook-transport.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { DeliverWebhooks } from '#domain/webhooks/application/deliver-webhooks.js';
import { WebhooksFacade } from '#domain/webhooks/webhooks.facade.js';
import { WebhooksModule } from '#domain/webhooks/webhooks.module.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Scope } from '#domain/workspace/model/scopes.js';
import { Randomness } from '#ports/system/randomness.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { memoryPorts, providersOf } from '../../deliveries/testing/memory-ports.js';
import { Lifecycle } from '../../kit/lifecycle.js';
import { createRestServer } from '../../kit/rest-server.js';
import { DEFAULT_REST_SETTINGS } from '../../kit/rest-settings.js';
import { RestKitModule } from '../../kit/rest.module.js';
import { WebhookEndpointsController } from '../webhook-endpoints.controller.js';
import { WebhookMessagesController } from '../webhook-messages.controller.js';

const OWNER_KEY = 'owner-key-of-the-test-server';

/** The REST paths of webhooks over memory, with its duty running, on a clock that only the test moves. */
export class WebhooksServer {
  readonly app: NestFastifyApplication;
  readonly transport: MemoryWebhookTransport;
  readonly clock: DrivenClock;
  /** Of the workspace whose owner `as()` is. */
  readonly workspaceId: WorkspaceId;
  readonly #ports: ReturnType<typeof memoryPorts>;

  private constructor(
    app: NestFastifyApplication,
    transport: MemoryWebhookTransport,
    ports: ReturnType<typeof memoryPorts>,
    workspaceId: WorkspaceId,
  ) {
    this.app = app;
    this.transport = transport;
    this.clock = ports.clock;
    this.workspaceId = workspaceId;
    this.#ports = ports;
  }

  static async start(): Promise<WebhooksServer> {
    const ports = memoryPorts(new DrivenClock());
    const memory = new MemoryWebhooks();
    const transport = new MemoryWebhookTransport();
    const providers = [
      ...providersOf(ports),
      { provide: Randomness, useValue: ports.randomness },
      { provide: WebhookEndpoints, useValue: new MemoryWebhookEndpoints(memory) },
      { provide: WebhookDeliveries, useValue: new MemoryWebhookDeliveries(memory) },
      { provide: WebhookTransport, useValue: transport },
    ];

    @Global()
    @Module({ providers, exports: providers })
    class PortsModule {}

    @Module({
      imports: [PortsModule, RestKitModule.with(DEFAULT_REST_SETTINGS), WebhooksModule],
      controllers: [WebhookEndpointsController, WebhookMessagesController],
    })
    class TestedModule {}

    const app = await createRestServer(TestedModule, DEFAULT_REST_SETTINGS, false);
    await app.init();
    await (app.getHttpAdapter().getInstance() as unknown as FastifyInstance).ready();
    const { workspace } = await app.get(BootstrapWorkspace).run(OWNER_KEY);
    app.get(DeliverWebhooks).start();
    app.get(Lifecycle).serve();
    return new WebhooksServer(app, transport, ports, workspace.id);
  }

  as(token = OWNER_KEY): request.Agent {
    return request.agent(this.app.getHttpServer()).set('authorization', `Bearer ${token}`);
  }

  /** Tells of something, and lets what is due be posted. */
  async publish(id: string, type = 'message.delivered'): Promise<void> {
    const event = { id, type, at: this.clock.now(), data: { id } };
    await this.app.get<WebhooksFacade>(WebhooksFacade).publish(this.workspaceId, event);
    await this.clock.advance(0);
  }

  /** A key of the owner's workspace, or of a further one that is made on the way. */
  async issueKey(scopes: readonly Scope[], workspaceId = this.workspaceId as string): Promise<string> {
    const { ids, tokens, apiKeys, workspaces } = this.#ports;
    const id = ids.next('key');
    if (workspaceId !== this.workspaceId)
      workspaces.add({ id: workspaceId as WorkspaceId, name: workspaceId, createdAt: 0 });
    const token = tokens.issue(id);
    const key = {
      id,
      workspaceId: workspaceId as WorkspaceId,
      name: 'test',
      scopes,
      origin: 'issued' as const,
      createdAt: 0,
      lastUsedAt: undefined,
      revokedAt: undefined,
    };
    await apiKeys.insert(key, tokens.hash(token));
    return token;
  }

  async close(): Promise<void> {
    await this.app.get(DeliverWebhooks).stop();
    await this.app.close();
  }
}
