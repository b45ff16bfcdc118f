import { type DynamicModule, Global, Module } from '@nestjs/common';
import { HealthController } from '#adapters/rest/health/health.controller.js';
import { MetricsController } from '#adapters/rest/health/metrics.controller.js';
import { DocsController } from '#adapters/rest/docs/docs.controller.js';
import { RestKitModule } from '#adapters/rest/kit/rest.module.js';
import type { RestSettings } from '#adapters/rest/kit/rest-settings.js';
import { ApiKeysController } from '#adapters/rest/workspace/api-keys.controller.js';
import { WorkspaceController } from '#adapters/rest/workspace/workspace.controller.js';
import { EventsModule } from '#domain/events/events.module.js';
import { WorkspaceModule } from '#domain/workspace/workspace.module.js';
import type { Role } from './config/server-config.js';
import type { Target } from './targets/target.js';

/** What every process answers, whatever its role: whoever runs it asks how it is. */
const OPERATION = [HealthController, MetricsController];
/** The REST API. */
const API = [DocsController, WorkspaceController, ApiKeysController];

@Global()
@Module({})
class TargetModule {}

/** The contexts, the target's adapters for their ports, and the doors that this process's roles open. */
@Module({})
export class ServerModule {
  static of(target: Target, door: RestSettings, roles: readonly Role[]): DynamicModule {
    const providers = [...target.providers];
    return {
      module: ServerModule,
      imports: [
        { module: TargetModule, providers, exports: providers },
        RestKitModule.with(door),
        EventsModule,
        WorkspaceModule,
      ],
      controllers: roles.includes('api') ? [...OPERATION, ...API] : OPERATION,
    };
  }
}
