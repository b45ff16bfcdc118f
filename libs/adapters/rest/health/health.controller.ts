import { Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { StorageProbe } from '#ports/system/storage-probe.js';
import { Lifecycle } from '../kit/lifecycle.js';
import { RestController } from '../kit/rest-controller.js';
import { Public } from '../kit/route.js';
import type { LiveView, ReadyView } from './health.view.js';

/** Anybody may ask, so however often it is asked, the disk is written to at most this often (ms). */
const PROBE_EVERY_MS = 1000;
/** A write that takes longer than this counts as one that failed (ms). */
const PROBE_PATIENCE_MS = 5000;

@RestController('health')
export class HealthController {
  readonly #lifecycle: Lifecycle;
  readonly #probe: StorageProbe;
  readonly #clock: Clock;
  readonly #log: Log;
  #last: { readonly at: number; readonly fault: Promise<string | undefined> } | undefined;

  constructor(
    lifecycle: Lifecycle,
    @Inject(StorageProbe) probe: StorageProbe,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#lifecycle = lifecycle;
    this.#probe = probe;
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether the process is alive: if not, it should be restarted. */
  @Get('live')
  @Public({ metered: false })
  live(): LiveView {
    return { status: 'ok' };
  }

  /** Whether requests can be carried out: if not, they should go elsewhere, or wait. 503 if not. */
  @Get('ready')
  @Public({ metered: false })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadyView> {
    const reasons: string[] = [];
    const { state } = this.#lifecycle;
    if (state !== 'serving') reasons.push(`The server is ${state}.`);
    const fault = await this.#storageFault();
    if (fault !== undefined) reasons.push(fault);
    if (reasons.length === 0) return { status: 'ok', reasons };
    void reply.code(503);
    return { status: 'unavailable', reasons };
  }

  #storageFault(): Promise<string | undefined> {
    const now = this.#clock.monotonic();
    if (!this.#last || now - this.#last.at >= PROBE_EVERY_MS)
      this.#last = { at: now, fault: this.#probeStorage() };
    return this.#last.fault;
  }

  async #probeStorage(): Promise<string | undefined> {
    let cancel = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.after(PROBE_PATIENCE_MS, () => reject(new Error('A write takes too long.')));
    });
    try {
      await Promise.race([this.#probe.write(), late]);
      return undefined;
    } catch (error) {
      this.#log.error('storage.not_writable', { error });
      return 'The storage takes no writes.';
    } finally {
      cancel();
    }
  }
}
