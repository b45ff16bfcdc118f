import { Worker } from 'node:worker_threads';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { ProviderStatus } from '#domain/delivery/model/provider-status.js';
import type { DeliveryMonitor, LaneStatus, WorkerStatus } from '#ports/delivery/delivery-monitor.js';
import type { Lanes } from '#ports/delivery/lanes.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Duty } from '../duty.js';
import type { DeliveryThreadOptions, FromDeliveryThread, ToDeliveryThread } from './wire.js';

export interface DeliveryThreadSetting {
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly log: Log;
  /** Shown as idle while no thread runs. */
  readonly providers: readonly { readonly channel: string; readonly name: string }[];
  /** Made anew for each thread: the storage ports can be handed over only once. */
  readonly options: () => DeliveryThreadOptions;
  /** Frees what a thread or process that died had claimed. */
  readonly releaseClaims: () => Promise<void>;
  readonly entry?: URL;
}

/** A thread that dies is started again after this long, doubling up to a minute. */
const RESTART_MS = 500;
const STOP_WITHIN_MS = 20_000;
const STATUS_WITHIN_MS = 2_000;

/**
 * Runs the delivery thread: rendering and provider calls happen there, so that the thread that serves HTTP never waits
 * for them. It is started when there is first work, which keeps an idle server small.
 */
export class DeliveryThreadHost implements DeliveryMonitor, Duty {
  readonly name = 'delivery thread';
  readonly #setting: DeliveryThreadSetting;
  readonly #asked = new Map<number, (status: WorkerStatus) => void>();
  #thread: Worker | undefined;
  #lastId = 0;
  #deaths = 0;
  #started = false;
  #stopping = false;
  #unsubscribe = (): void => {};

  constructor(setting: DeliveryThreadSetting) {
    this.#setting = setting;
  }

  /** Starts the thread now if there is work, else as soon as there is. A second call changes nothing. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const { lanes: queues, clock, releaseClaims } = this.#setting;
    await releaseClaims();
    this.#unsubscribe = queues.onWork(() => this.#ensure());
    const depths = await queues.depths(clock.now());
    if (depths.some(({ depth }) => depth > 0)) this.#ensure();
  }

  /** Calls under way are finished, everything else is put back. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#unsubscribe();
    const thread = this.#thread;
    if (!thread) return;
    const stopped = new Promise<void>((resolve) => {
      thread.on('message', (message: FromDeliveryThread) => 'stopped' in message && resolve());
      thread.once('exit', () => resolve());
    });
    thread.postMessage({ ask: 'stop' } satisfies ToDeliveryThread);
    let cancel = (): void => {};
    const overdue = new Promise<void>(
      (resolve) => (cancel = this.#setting.clock.after(STOP_WITHIN_MS, resolve)),
    );
    await Promise.race([stopped, overdue]);
    cancel();
    await thread.terminate();
  }

  status(): Promise<WorkerStatus> {
    const thread = this.#thread;
    if (!thread) return Promise.resolve(this.#idle());
    const id = ++this.#lastId;
    return new Promise<WorkerStatus>((resolve) => {
      // A thread that is still loading, or busy for once, is no reason to keep anybody waiting.
      const cancel = this.#setting.clock.after(STATUS_WITHIN_MS, () => resolve(this.#idle()));
      this.#asked.set(id, (status) => {
        cancel();
        resolve(status);
      });
      thread.postMessage({ ask: 'status', id } satisfies ToDeliveryThread);
    }).finally(() => this.#asked.delete(id));
  }

  #ensure(): void {
    if (this.#stopping || this.#thread) return;
    const { options, entry, log } = this.#setting;
    const workerData = options();
    const { writer, reader } = workerData.storage;
    const thread = new Worker(entry ?? new URL('./delivery-thread.js', import.meta.url), {
      workerData,
      transferList: [writer, reader],
    });
    thread.on('message', (message: FromDeliveryThread) => this.#receive(message));
    thread.on('error', (error) => log.error('delivery.thread.died', { error }));
    thread.on('exit', () => this.#revive());
    this.#thread = thread;
  }

  /** The parcels the dead thread had in hand are freed at once; the ledger knows which calls are in doubt. */
  #revive(): void {
    this.#thread = undefined;
    if (this.#stopping) return;
    const { clock, releaseClaims, log } = this.#setting;
    const wait = Math.min(60_000, RESTART_MS * 2 ** this.#deaths++);
    clock.after(wait, () => {
      releaseClaims().then(
        () => this.#ensure(),
        (error: unknown) => log.error('delivery.thread.not_revived', { error }),
      );
    });
  }

  #receive(message: FromDeliveryThread): void {
    if ('status' in message) this.#asked.get(message.id)?.(message.status);
    else if ('log' in message) this.#setting.log[message.log.level](message.log.event, message.log.fields);
  }

  #idle(): WorkerStatus {
    const lane: LaneStatus = { inHand: 0, accepted: 0, ratePerSecond: 0 };
    return {
      providers: this.#setting.providers.map(idleProvider),
      lanes: Object.fromEntries(
        lanes.map((name): [Lane, LaneStatus] => [name, lane]),
      ) as WorkerStatus['lanes'],
    };
  }
}

function idleProvider({ channel, name }: { channel: string; name: string }): ProviderStatus {
  return {
    name,
    channel,
    state: 'closed',
    since: null,
    until: null,
    reason: null,
    sentLastMinute: 0,
    failureRate: 0,
    budget: { perSecond: null, burst: null, unit: 'messages', inFlight: 0 },
  };
}
