import { Worker } from 'node:worker_threads';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { ProviderStatus } from '#domain/delivery/model/provider-status.js';
import type { DeliveryMonitor, LaneStatus, WorkerStatus } from '#ports/delivery/delivery-monitor.js';
import type { Lanes } from '#ports/delivery/lanes.js';
import type { Clock } from '#ports/system/clock.js';
import type { DeliveryThreadOptions, FromDeliveryThread, ToDeliveryThread } from './wire.js';

export interface DeliveryThreadHostOptions {
  /** Fresh options for each start: the storage ports can be handed over only once. */
  readonly options: () => Promise<DeliveryThreadOptions>;
  readonly idleProviders: readonly ProviderStatus[];
  readonly entry?: URL;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Frees what a thread that died had claimed. */
  readonly releaseClaims: () => Promise<void>;
}

/** A thread that dies is started again after this long, doubling up to a minute. */
const RESTART_MS = 500;
const STOP_WITHIN_MS = 20_000;

/**
 * Runs the delivery thread: rendering and provider calls happen there, so that the thread that serves HTTP never waits
 * for them. It is started when there is first work, which keeps an idle server small.
 */
export class DeliveryThreadHost implements DeliveryMonitor {
  readonly #lanes: Lanes;
  readonly #clock: Clock;
  readonly #host: DeliveryThreadHostOptions;
  #thread: Promise<Worker> | undefined;
  #asked = new Map<number, (status: WorkerStatus) => void>();
  #lastId = 0;
  #deaths = 0;
  #stopping = false;
  #unsubscribe = (): void => {};

  constructor(lanesPort: Lanes, clock: Clock, host: DeliveryThreadHostOptions) {
    this.#lanes = lanesPort;
    this.#clock = clock;
    this.#host = host;
  }

  /** Starts the thread now if there is work, else as soon as there is. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#lanes.onWork(() => void this.#ensure());
    const depths = await this.#lanes.depths(this.#clock.now());
    if (depths.some(({ depth }) => depth > 0)) void this.#ensure();
  }

  /** Calls under way are finished, everything else is put back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe();
    const thread = await this.#thread?.catch(() => undefined);
    if (!thread) return;
    const stopped = new Promise<void>((resolve) => {
      thread.on('message', (message: FromDeliveryThread) => 'stopped' in message && resolve());
      thread.once('exit', () => resolve());
    });
    thread.postMessage({ ask: 'stop' } satisfies ToDeliveryThread);
    const timedOut = new Promise<void>((resolve) => this.#clock.after(STOP_WITHIN_MS, resolve));
    await Promise.race([stopped, timedOut]);
    await thread.terminate();
  }

  async status(): Promise<WorkerStatus> {
    const thread = await this.#thread?.catch(() => undefined);
    if (!thread) return { providers: this.#host.idleProviders, lanes: idleLanes() };
    const id = ++this.#lastId;
    return new Promise<WorkerStatus>((resolve) => {
      const cancel = this.#clock.after(2_000, () => resolve({ providers: this.#host.idleProviders, lanes: idleLanes() }));
      this.#asked.set(id, (status) => {
        cancel();
        resolve(status);
      });
      thread.postMessage({ ask: 'status', id } satisfies ToDeliveryThread);
    }).finally(() => this.#asked.delete(id));
  }

  async #ensure(): Promise<void> {
    if (this.#stopping || this.#thread) return;
    this.#thread = this.#launch();
    await this.#thread.catch((error: unknown) => {
      this.#thread = undefined;
      this.#host.log('error', 'delivery.thread.failed', { reason: String(error) });
    });
  }

  async #launch(): Promise<Worker> {
    const options = await this.#host.options();
    const entry = this.#host.entry ?? new URL('./delivery-thread.js', import.meta.url);
    const { writer, reader } = options.storage;
    const thread = new Worker(entry, { workerData: options, transferList: [writer, reader] });
    thread.on('message', (message: FromDeliveryThread) => this.#receive(message));
    thread.on('error', (error) => this.#host.log('error', 'delivery.thread.died', { reason: String(error) }));
    thread.on('exit', () => this.#revive());
    return thread;
  }

  /** The parcels the dead thread had in hand are freed at once; the ledger knows which calls are in doubt. */
  #revive(): void {
    this.#thread = undefined;
    if (this.#stopping) return;
    const wait = Math.min(60_000, RESTART_MS * 2 ** this.#deaths++);
    this.#clock.after(wait, () => {
      this.#host
        .releaseClaims()
        .then(() => this.#ensure())
        .catch((error: unknown) => this.#host.log('error', 'delivery.thread.failed', { reason: String(error) }));
    });
  }

  #receive(message: FromDeliveryThread): void {
    if ('status' in message) this.#asked.get(message.id)?.(message.status);
    else if ('log' in message) this.#host.log(message.log.level, message.log.event, message.log.fields);
  }
}

function idleLanes(): WorkerStatus['lanes'] {
  const idle: LaneStatus = { inHand: 0, accepted: 0, ratePerSecond: 0 };
  return Object.fromEntries(lanes.map((lane): [Lane, LaneStatus] => [lane, idle])) as WorkerStatus['lanes'];
}
