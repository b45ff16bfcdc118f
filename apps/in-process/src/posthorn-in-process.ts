import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HostLog } from '#adapters/host-logger/host-log.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Door } from './door.js';
import { configOf, type EmbeddedOptions } from './embedded-options.js';
import type { openPosthorn, OpenPosthorn } from './open-posthorn.js';

/** Reading all of it takes a while: not before it is wanted. */
const openEmbedded: typeof openPosthorn = async (...setting) =>
  (await import('./open-posthorn.js')).openPosthorn(...setting);

/**
 * Posthorn as a part of another application, from its first use to its `close()`. Making one opens nothing: an application
 * that is only put together, to draw its graph or write its OpenAPI document, touches no data folder.
 */
export class PosthornInProcess implements OnModuleInit, OnApplicationShutdown {
  readonly #options: EmbeddedOptions;
  readonly #openFrom: typeof openPosthorn;
  #opened: Promise<OpenPosthorn> | undefined;
  #stopped: Promise<void> | undefined;
  #storageLost = false;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: EmbeddedOptions, openFrom: typeof openPosthorn = openEmbedded) {
    this.#options = options;
    this.#openFrom = openFrom;
  }

  async onModuleInit(): Promise<void> {
    await this.#open();
  }

  /** After the doors of the application: requests that are being answered may still notify. */
  onApplicationShutdown(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  /**
   * Opens it if that has not happened yet: another module's `onModuleInit` may run before ours.
   * @throws Refusal `shutting_down` once the application has closed, `storage_unavailable` once the storage has died
   */
  async use<T>(ask: (door: Door) => Promise<T>): Promise<T> {
    if (this.#stopped) throw new Refusal('shutting_down', 'The application is stopping.');
    if (this.#storageLost)
      throw new Refusal('storage_unavailable', 'The storage is lost until the next start.');
    const answer = this.#open().then(({ door }) => ask(door));
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  #open(): Promise<OpenPosthorn> {
    return (this.#opened ??= this.#openNow());
  }

  async #openNow(): Promise<OpenPosthorn> {
    const config = configOf(this.#options);
    const log = new HostLog(this.#options.logger ?? new Logger('Posthorn'), config.secrets);
    const onFatal = (error: Error): void => {
      this.#storageLost = true;
      log.error('storage.lost', { error });
      this.#options.onFatal?.(error);
    };
    return this.#openFrom(config, log, onFatal);
  }

  async #stop(): Promise<void> {
    // One that did not open has left nothing to close, and has said why to whoever asked for it.
    const open = await this.#opened?.catch(() => undefined);
    await Promise.allSettled(this.#underWay);
    await open?.stop();
  }
}
