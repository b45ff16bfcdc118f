import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { WorkspaceModule } from '#domain/workspace/workspace.module.js';
import { Door } from './door.js';
import { Idempotency } from './idempotency.js';
import { Lifecycle } from './lifecycle.js';
import { ProblemFilter } from './problem-filter.js';
import { RestSettings } from './rest-settings.js';

/** What every controller stands on: the door, problems, idempotent writes. */
@Module({})
export class RestKitModule {
  static with(settings: RestSettings): DynamicModule {
    return {
      module: RestKitModule,
      global: true,
      imports: [WorkspaceModule],
      providers: [
        { provide: RestSettings, useValue: settings },
        Lifecycle,
        Door,
        { provide: APP_FILTER, useClass: ProblemFilter },
        Idempotency,
      ],
      exports: [RestSettings, Lifecycle, WorkspaceModule],
    };
  }
}
