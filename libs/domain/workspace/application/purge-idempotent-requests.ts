import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { IdempotentRequests } from '#ports/workspace/idempotent-requests.js';

const EVERY_MS = 10 * 60_000;
/** Rows removed by one write; between two of them others get their turn. */
const AT_ONCE = 500;

/** Forgets the answers that no repeated request can ask for any more. */
@Injectable()
export class PurgeIdempotentRequests {
  readonly #requests: IdempotentRequests;
  readonly #clock: Clock;
  readonly #log: Log;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    @Inject(IdempotentRequests) requests: IdempotentRequests,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#requests = requests;
    this.#clock = clock;
    this.#log = log;
  }

  start(): void {
    this.#stopped = false;
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#running = this.#purge().finally(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  async #purge(): Promise<void> {
    try {
      for (let removed = AT_ONCE; removed === AT_ONCE && !this.#stopped;) {
        removed = await this.#requests.purge(this.#clock.now(), AT_ONCE);
      }
    } catch (error) {
      this.#log.warn('idempotency.purge_failed', { error });
    }
  }
}
