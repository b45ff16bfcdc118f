import 'reflect-metadata';
import { Global, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import request from 'supertest';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { Scope } from '#domain/workspace/model/scopes.js';
import { type MemoryPorts, providersOf } from '../deliveries/testing/memory-ports.js';
import { Lifecycle } from '../kit/lifecycle.js';
import { createRestServer } from '../kit/rest-server.js';
import { DEFAULT_REST_SETTINGS } from '../kit/rest-settings.js';
import { RestKitModule } from '../kit/rest.module.js';

const OWNER_KEY = 'owner-key-of-the-test-server';

export interface RunningRest {
  readonly app: NestFastifyApplication;
  readonly ports: MemoryPorts;
  readonly workspaceId: WorkspaceId;
}

/** Some of the REST paths over memory, with nothing that listens. What a suite needs beside that its own class adds. */
export class RestRig {
  readonly app: NestFastifyApplication;
  readonly ports: MemoryPorts;
  /** Of the workspace whose owner `as()` is. */
  readonly workspaceId: WorkspaceId;

  protected constructor({ app, ports, workspaceId }: RunningRest) {
    this.app = app;
    this.ports = ports;
    this.workspaceId = workspaceId;
  }

  anybody(): request.Agent {
    return request.agent(this.app.getHttpServer());
  }

  as(key = OWNER_KEY): request.Agent {
    return this.anybody().set('authorization', `Bearer ${key}`);
  }

  /** A key of the owner's workspace, or of a further one that is made on the way. */
  async issueKey(scopes: readonly Scope[], workspaceId: string = this.workspaceId): Promise<string> {
    const { ids, tokens, workspaces, apiKeys } = this.ports;
    if (workspaceId !== this.workspaceId)
      workspaces.add({ id: workspaceId as WorkspaceId, name: workspaceId, createdAt: 0 });
    const id = ids.next('key');
    const token = tokens.issue(id);
    const key = {
      id,
      workspaceId: workspaceId as WorkspaceId,
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

/**
 * @param own ports beside those of {@link memoryPorts}, or in place of them
 * @param tested the controllers, and what they call
 */
export async function startRest(
  ports: MemoryPorts,
  own: readonly Provider[],
  { imports = [], ...tested }: ModuleMetadata,
): Promise<RunningRest> {
  const providers = [...providersOf(ports), ...own];

  @Global()
  @Module({ providers, exports: providers })
  class PortsModule {}

  @Module({ ...tested, imports: [PortsModule, RestKitModule.with(DEFAULT_REST_SETTINGS), ...imports] })
  class TestedModule {}

  const app = await createRestServer(TestedModule, DEFAULT_REST_SETTINGS, false);
  await app.init();
  await (app.getHttpAdapter().getInstance() as unknown as FastifyInstance).ready();
  const { workspace } = await app.get(BootstrapWorkspace).run(OWNER_KEY);
  app.get(Lifecycle).serve();
  return { app, ports, workspaceId: workspace.id };
}
