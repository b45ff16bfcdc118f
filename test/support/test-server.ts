import 'reflect-metadata';
import { Global, Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import request from 'supertest';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import type { MemoryWorkspaces } from '#adapters/memory/workspace/memory-workspaces.js';
import { DocsController } from '#adapters/rest/docs/docs.controller.js';
import { HealthController } from '#adapters/rest/health/health.controller.js';
import { MetricsController } from '#adapters/rest/health/metrics.controller.js';
import { Lifecycle } from '#adapters/rest/kit/lifecycle.js';
import { createRestServer } from '#adapters/rest/kit/rest-server.js';
import { DEFAULT_REST_SETTINGS, type RestSettings } from '#adapters/rest/kit/rest-settings.js';
import { RestKitModule } from '#adapters/rest/kit/rest.module.js';
import { ApiKeysController } from '#adapters/rest/workspace/api-keys.controller.js';
import { WorkspaceController } from '#adapters/rest/workspace/workspace.controller.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import { WorkspaceModule } from '#domain/workspace/workspace.module.js';
import type { Scope } from '#domain/workspace/model/scopes.js';
import { Ids } from '#ports/system/ids.js';
import { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { PublicUrl } from '#apps/server/src/public-url.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';

export const OWNER_KEY = 'owner-key-of-the-test-server';

export interface TestServer {
  readonly app: NestFastifyApplication;
  readonly clock: DrivenClock;
  readonly log: MemoryLog;
  /** Somebody who shows no key. */
  anybody(): request.Agent;
  /** Somebody who shows this key; the owner's if none is named. */
  as(token?: string): request.Agent;
  /** A key of the default workspace, or of a further one that is made on the way. */
  issueKey(scopes: readonly Scope[], workspaceId?: string): Promise<string>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly controllers?: readonly Type[];
  readonly door?: Partial<RestSettings>;
  /** False to stay in the moment before it serves. */
  readonly serving?: boolean;
}

const DOOR_CONTROLLERS = [
  DocsController,
  HealthController,
  MetricsController,
  WorkspaceController,
  ApiKeysController,
];

/**
 * The door of the server in memory, with what stands at it (keys, health, docs) and the controllers a test brings, on a
 * clock that only the test moves. Nothing listens until something is asked.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { controllers = [], door = {}, serving = true } = options;
  const clock = new DrivenClock();
  const log = new MemoryLog();
  const config = await readServerConfig({ POSTHORN_TARGET: 'test' }, '/nowhere');
  const target = await openTestTarget(clock)({
    config,
    log,
    onFatal: () => {},
    publicUrl: new PublicUrl('http://127.0.0.1:3000'),
  });
  const settings = { ...DEFAULT_REST_SETTINGS, ...door };

  const providers = [...target.providers];

  @Global()
  @Module({ providers, exports: providers })
  class PortsModule {}

  @Module({
    imports: [PortsModule, RestKitModule.with(settings), WorkspaceModule],
    controllers: [...DOOR_CONTROLLERS, ...controllers],
  })
  class TestedModule {}

  const app = await createRestServer(TestedModule, settings, false);
  await app.init();
  await (app.getHttpAdapter().getInstance() as unknown as FastifyInstance).ready();
  await app.get(BootstrapWorkspace).run(OWNER_KEY);
  if (serving) app.get(Lifecycle).serve();
  const agent = (token?: string): request.Agent => {
    const made = request.agent(app.getHttpServer());
    return token === undefined ? made : made.set('authorization', `Bearer ${token}`);
  };
  return {
    app,
    clock,
    log,
    anybody: () => agent(),
    as: (token = OWNER_KEY) => agent(token),
    issueKey: (scopes, workspaceId) => issueKey(app, scopes, workspaceId),
    close: () => app.close(),
  };
}

async function issueKey(
  app: NestFastifyApplication,
  scopes: readonly Scope[],
  workspaceId?: string,
): Promise<string> {
  const id = app.get<Ids>(Ids).next('key');
  const workspaces = app.get<MemoryWorkspaces>(Workspaces);
  const first = await workspaces.first();
  if (workspaceId !== undefined)
    workspaces.add({ id: workspaceId as WorkspaceId, name: workspaceId, createdAt: 0 });
  const tokens = app.get<ApiKeyTokens>(ApiKeyTokens);
  const token = tokens.issue(id);
  const key = {
    id,
    workspaceId: (workspaceId ?? first?.id) as WorkspaceId,
    name: scopes.join(' '),
    scopes,
    origin: 'issued' as const,
    createdAt: 0,
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
  await app.get<ApiKeys>(ApiKeys).insert(key, tokens.hash(token));
  return token;
}
