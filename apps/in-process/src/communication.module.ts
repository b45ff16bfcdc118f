import { type DynamicModule, type InjectionToken, Logger, Module, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CommunicationFacade } from './communication-facade.js';
import type { EmbeddedOptions } from './embedded-options.js';
import { PosthornInProcess } from './posthorn-in-process.js';
import { ProviderHooks } from './provider-hooks.js';

export interface Scope {
  /** Whether every module of the application may inject what this one exports. Default: those that import it. */
  readonly global?: boolean;
}

export interface AsyncEmbeddedOptions extends Scope {
  readonly imports?: NonNullable<DynamicModule['imports']>;
  readonly inject?: readonly InjectionToken[];
  readonly useFactory: (...dependencies: never[]) => EmbeddedOptions | Promise<EmbeddedOptions>;
}

const Options = Symbol('EmbeddedOptions');

/**
 * Posthorn within another NestJS application: notifications without a server beside it. It exports `CommunicationFacade` and
 * `ProviderHooks`. The application opens it with its own start, and closes it with its own `close()`.
 *
 * Nothing in here is decorated for injection or looks at the host's container: the host may have another copy of Nest.
 */
@Module({})
export class CommunicationModule {
  /** Over SQLite in a data folder, in this process. Import it once; the folder belongs to one process at a time. */
  static embedded({ global, ...options }: EmbeddedOptions & Scope): DynamicModule {
    return moduleOf({ provide: Options, useValue: options }, global);
  }

  /** The same with options that another provider knows. */
  static embeddedAsync({ imports, inject, useFactory, global }: AsyncEmbeddedOptions): DynamicModule {
    const make = useFactory as (...dependencies: unknown[]) => EmbeddedOptions | Promise<EmbeddedOptions>;
    const options = { provide: Options, inject: [...(inject ?? [])], useFactory: make };
    return { ...moduleOf(options, global), imports: imports ?? [] };
  }
}

function moduleOf(options: Provider, global = false): DynamicModule {
  const posthorn: Provider = {
    provide: PosthornInProcess,
    inject: [Options, { token: ModuleRef, optional: true }],
    useFactory: (read: EmbeddedOptions, ofOurNest: ModuleRef | undefined) => {
      // Linked from a folder of its own, Posthorn brings its own copy of Nest, whose chatter no setting of the
      // application would reach. Where the copy is the application's, its logger is none of our business.
      if (ofOurNest === undefined) Logger.overrideLogger(['warn', 'error', 'fatal']);
      return new PosthornInProcess(read);
    },
  };
  const facade: Provider = {
    provide: CommunicationFacade,
    inject: [PosthornInProcess],
    useFactory: (running: PosthornInProcess) => new CommunicationFacade(running),
  };
  const hooks: Provider = {
    provide: ProviderHooks,
    inject: [PosthornInProcess],
    useFactory: (running: PosthornInProcess) => new ProviderHooks(running),
  };
  return {
    module: CommunicationModule,
    global,
    providers: [options, posthorn, facade, hooks],
    exports: [CommunicationFacade, ProviderHooks],
  };
}
