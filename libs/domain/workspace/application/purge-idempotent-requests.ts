import { Inject, Injectable } from '@nestjs/common';
import { NowAndThen } from '#domain/kernel/now-and-then.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { IdempotentRequests } from '#ports/workspace/idempotent-requests.js';

const EVERY_MS = 10 * 60_000;
/** Rows removed by one write; between two of them others get their turn. */
const AT_ONCE = 500;

/** Forgets the answers that no repeated request can ask for any more. */
@Injectable()
export class PurgeIdempotentRequests {
  readonly #purging: NowAndThen;

  constructor(
    @Inject(IdempotentRequests) requests: IdempotentRequests,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    const purge = async (goesOn: () => boolean): Promise<void> => {
      for (let removed = AT_ONCE; removed === AT_ONCE && goesOn();) {
        removed = await requests.purge(clock.now(), AT_ONCE);
      }
    };
    this.#purging = new NowAndThen(clock, EVERY_MS, purge, (error) =>
      log.warn('idempotency.purge_failed', { error }),
    );
  }

  start(): void {
    this.#purging.start();
  }

  stop(): Promise<void> {
    return this.#purging.stop();
  }
}
