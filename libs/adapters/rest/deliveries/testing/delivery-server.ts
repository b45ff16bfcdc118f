import { RecipientLinks } from '#ports/delivery/recipient-links.js';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { CaptureProvider } from '#adapters/capture/capture-provider.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { email } from '#adapters/channels/email-channel.js';
import { DeliveryWorker } from '#domain/delivery/application/delivery-worker.js';
import { LaneMeter } from '#domain/delivery/application/lane-meter.js';
import { DispatchPacer } from '#domain/delivery/application/pace-dispatches.js';
import { ProviderPool } from '#domain/delivery/application/provider-pool.js';
import { RetryBudget } from '#domain/delivery/application/retry-budget.js';
import { defaultLaneSettings } from '#domain/delivery/application/work-lane.js';
import { DeliveryModule } from '#domain/delivery/delivery.module.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import { defaultBreakerRules } from '#domain/delivery/model/breaker.js';
import { defaultRetryRules } from '#domain/delivery/model/retry-policy.js';
import { TemplatingModule } from '#domain/templating/templating.module.js';
import { DeliveryMonitor } from '#ports/delivery/delivery-monitor.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import { FailedMessagesController } from '../../failed-messages/failed-messages.controller.js';
import { LanesController } from '../../lanes/lanes.controller.js';
import { type OutboxOpenTo, OutboxSettings } from '../../outbox/outbox-settings.js';
import { OutboxModule } from '../../outbox/outbox.module.js';
import { ProvidersController } from '../../providers/providers.controller.js';
import { SuppressionsController } from '../../suppressions/suppressions.controller.js';
import { GalleryController } from '../../templates/gallery.controller.js';
import { TemplatesController } from '../../templates/templates.controller.js';
import { RestRig, type RunningRest, startRest } from '../../testing/rest-rig.js';
import { DeliveriesController } from '../deliveries.controller.js';
import { type MemoryPorts, memoryPorts } from './memory-ports.js';

const DAY_MS = 24 * 3_600_000;

const controllers = [
  DeliveriesController,
  FailedMessagesController,
  GalleryController,
  LanesController,
  ProvidersController,
  SuppressionsController,
  TemplatesController,
];

export interface DeliveryServerOptions {
  /** In the order of failover; the provider `capture` alone if left out. */
  readonly providers?: readonly EmailProvider[];
  readonly outboxOpenTo?: OutboxOpenTo;
}

/**
 * The REST paths of templating and delivery over memory, with a worker that works when told to, on a clock that only
 * the test moves.
 */
export class DeliveryServer extends RestRig {
  readonly #worker: { current: DeliveryWorker };
  readonly #makeWorker: () => DeliveryWorker;

  private constructor(
    running: RunningRest,
    worker: { current: DeliveryWorker },
    makeWorker: () => DeliveryWorker,
  ) {
    super(running);
    this.#worker = worker;
    this.#makeWorker = makeWorker;
  }

  static async start({
    providers,
    outboxOpenTo = 'this-machine',
  }: DeliveryServerOptions = {}): Promise<DeliveryServer> {
    const ports = memoryPorts(new DrivenClock());
    const pool = poolOf(ports, providers ?? [new CaptureProvider({}, ports.capturedMails, ports.clock)]);
    const makeWorker = (): DeliveryWorker => workerOver(ports, pool);
    const worker = { current: makeWorker() };
    const monitor: DeliveryMonitor = { status: () => Promise.resolve(worker.current.status()) };
    const own = [
      { provide: DeliveryMonitor, useValue: monitor },
      { provide: RecipientLinks, useValue: mailLinks },
      { provide: OutboxSettings, useValue: { openTo: outboxOpenTo } satisfies OutboxSettings },
    ];
    const imports = [TemplatingModule, DeliveryModule, OutboxModule];
    return new DeliveryServer(await startRest(ports, own, { imports, controllers }), worker, makeWorker);
  }

  /** Lets the worker go on until nothing waits on any lane. */
  async deliverAll(): Promise<void> {
    const { clock, lanes: queues } = this.ports;
    const worker = (this.#worker.current = this.#makeWorker());
    let running = true;
    const run = worker.run().finally(() => (running = false));
    // In growing steps: what is sent at once is not aged by an hour, and what waits out its retries is not waited for.
    for (let step = 100; step < DAY_MS && (await this.#waiting()) > 0; step *= 1.2)
      await clock.advance(Math.floor(step));
    const left = await queues.depths(clock.now());
    worker.stop();
    while (running) await clock.advance(100);
    await run;
    if (left.some(({ depth }) => depth > 0)) throw new Error(`Not delivered: ${JSON.stringify(left)}`);
  }

  /** Everything that waits dies, as it would after too many failed calls, in no time. */
  async letAllDie(reason: string, provider = 'resend'): Promise<void> {
    const { ledger, lanes: queues, ids, clock } = this.ports;
    const now = clock.now();
    for (const lane of lanes) {
      for (const claim of (await queues.claim(lane, 1_000, 60_000, now)).claims) {
        const ordinals = (await ledger.load(claim))?.members.map(({ ordinal }) => ordinal) ?? [];
        const key = ids.next('call');
        await ledger.openIntent({ claim, key, provider, ordinals, unsendable: [], now });
        const verdicts = ordinals.map((ordinal) => ({ ordinal, verdict: { to: 'dead' as const, reason } }));
        await ledger.settle({ claim, key, provider, verdicts, now });
        await queues.finish(claim, []);
      }
    }
  }

  async #waiting(): Promise<number> {
    const depths = await this.ports.lanes.depths(this.ports.clock.now());
    return depths.reduce((sum, { depth }) => sum + depth, 0);
  }
}

function poolOf({ clock, randomness }: MemoryPorts, providers: readonly EmailProvider[]): ProviderPool {
  const settings = { timeoutMs: 5_000, breaker: defaultBreakerRules };
  return new ProviderPool(
    'email',
    providers.map((provider) => ({ provider, settings })),
    clock,
    randomness,
  );
}

const mailLinks = new SignedLinks(
  { value: 'https://mail.example' },
  new HmacUnsubscribeTokens(new Uint8Array(32)),
  new SignedPreferenceTokens(new Uint8Array(32)),
);

function workerOver(ports: MemoryPorts, pool: ProviderPool): DeliveryWorker {
  const { clock } = ports;
  const tools = {
    ...ports,
    lines: new Map([['email', { channel: email, pool, retryBudget: new RetryBudget(clock.monotonic()) }]]),
    links: mailLinks,
    pacer: new DispatchPacer(clock),
    retryRules: defaultRetryRules,
    meter: new LaneMeter(clock),
  };
  const onError = (error: unknown): void => ports.log.error('worker.failed', { error });
  return new DeliveryWorker(tools, defaultLaneSettings, { onError });
}
