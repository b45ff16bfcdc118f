import 'reflect-metadata';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import request from 'supertest';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { AdvanceInboxItem } from '#domain/communication/application/advance-inbox-item.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { Scope } from '#domain/workspace/model/scopes.js';
import { Inbox } from '#ports/communication/inbox.js';
import { type MemoryPorts, memoryPorts, providersOf } from '../../deliveries/testing/memory-ports.js';
import { Lifecycle } from '../../kit/lifecycle.js';
import { createRestServer } from '../../kit/rest-server.js';
import { DEFAULT_REST_SETTINGS } from '../../kit/rest-settings.js';
import { RestKitModule } from '../../kit/rest.module.js';
import { InboxController } from '../inbox.controller.js';
import { UserInboxController } from '../user-inbox.controller.js';

const OWNER_KEY = 'owner-key-of-the-test-server';

/** The REST paths of the inbox over memory, on a clock that stands still. */
export class InboxServer {
  readonly app: NestFastifyApplication;
  readonly inbox: MemoryInbox;
  /** Of the workspace whose owner `as()` is. */
  readonly workspaceId: WorkspaceId;
  readonly #ports: MemoryPorts;

  private constructor(
    app: NestFastifyApplication,
    inbox: MemoryInbox,
    ports: MemoryPorts,
    workspaceId: WorkspaceId,
  ) {
    this.app = app;
    this.inbox = inbox;
    this.#ports = ports;
    this.workspaceId = workspaceId;
  }

  static async start(): Promise<InboxServer> {
    const ports = memoryPorts(new DrivenClock());
    const inbox = new MemoryInbox();
    const providers = [...providersOf(ports), { provide: Inbox, useValue: inbox }];

    @Global()
    @Module({ providers, exports: providers })
    class PortsModule {}

    @Module({
      imports: [PortsModule, RestKitModule.with(DEFAULT_REST_SETTINGS)],
      providers: [AdvanceInboxItem],
      controllers: [InboxController, UserInboxController],
    })
    class TestedModule {}

    const app = await createRestServer(TestedModule, DEFAULT_REST_SETTINGS, false);
    await app.init();
    await (app.getHttpAdapter().getInstance() as unknown as FastifyInstance).ready();
    const { workspace } = await app.get(BootstrapWorkspace).run(OWNER_KEY);
    app.get(Lifecycle).serve();
    return new InboxServer(app, inbox, ports, workspace.id);
  }

  as(token = OWNER_KEY): request.Agent {
    return request.agent(this.app.getHttpServer()).set('authorization', `Bearer ${token}`);
  }

  /** A key of the owner's workspace. */
  async issueKey(scopes: readonly Scope[]): Promise<string> {
    const { ids, tokens, apiKeys } = this.#ports;
    const id = ids.next('key');
    const token = tokens.issue(id);
    const key = {
      id,
      workspaceId: this.workspaceId,
      name: scopes.join(' '),
      scopes,
      origin: 'issued' as const,
      createdAt: 0,
      lastUsedAt: undefined,
      revokedAt: undefined,
    };
    await apiKeys.insert(key, tokens.hash(token));
    return token;
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
