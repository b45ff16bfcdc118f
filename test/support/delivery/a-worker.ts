import { MemoryDeliveries } from '#adapters/memory/delivery/memory-deliveries.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryFailedMessages } from '#adapters/memory/delivery/memory-failed-messages.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { DeliveryTools } from '#domain/delivery/application/deliver-parcel.js';
import { email } from '#adapters/channels/email-channel.js';
import { DeliveryWorker } from '#domain/delivery/application/delivery-worker.js';
import { LaneMeter } from '#domain/delivery/application/lane-meter.js';
import { DispatchPacer } from '#domain/delivery/application/pace-dispatches.js';
import { ProviderPool } from '#domain/delivery/application/provider-pool.js';
import type { ProviderSettings, Transition } from '#domain/delivery/application/provider-slot.js';
import { RetryBudget } from '#domain/delivery/application/retry-budget.js';
import { defaultLaneSettings } from '#domain/delivery/application/work-lane.js';
import { defaultBreakerRules } from '#domain/delivery/model/breaker.js';
import { defaultRetryRules } from '#domain/delivery/model/retry-policy.js';
import type { Clock } from '#ports/system/clock.js';
import type { Renderer } from '#ports/templating/renderer.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import type { ScriptedProvider } from './scripted-provider.js';

export const settings: ProviderSettings = { timeoutMs: 5_000, breaker: defaultBreakerRules };

/** Renders `Hello <name>`; a recipient whose data says `broken` can't be rendered. */
const plainRenderer: Renderer = {
  async prepare() {
    return {
      uses: () => false,
      render({ recipient }) {
        if (recipient['broken'] === true) throw new Refusal('missing_variable', 'name is missing');
        return { subject: 'Hello', html: `<p>Hello ${String(recipient['name'])}</p>`, text: undefined };
      },
    };
  },
};

/** A delivery worker over memory adapters and a clock that the test moves. */
export class WorkerUnderTest {
  readonly clock = new DrivenClock(START);
  readonly outbox = new MemoryOutbox();
  readonly transitions: Transition[] = [];
  readonly errors: unknown[] = [];
  readonly tools: DeliveryTools;
  readonly pool: ProviderPool;
  readonly stores;
  #worker: DeliveryWorker | undefined;
  #running: Promise<void> = Promise.resolve();
  #life = { ended: false };

  constructor(providers: readonly (readonly [ScriptedProvider, Partial<ProviderSettings>?])[], seed = 1) {
    const { clock } = this;
    const randomness = new SeededRandomness(seed);
    const ids = new CountingIds();
    const backbone = new MemoryDeliveryBackbone(this.outbox, ids, clock);
    this.stores = {
      dispatches: new MemoryDispatches(backbone),
      ledger: new MemoryLedger(backbone),
      lanes: new MemoryLanes(backbone),
      deliveries: new MemoryDeliveries(backbone),
      failedMessages: new MemoryFailedMessages(backbone),
      suppressions: new MemorySuppressions(backbone),
      untold: async () => (await this.outbox.untold(1000)).map(({ event }) => event),
      close: async () => {},
    };
    const scripted = providers.map(([provider, own]) => ({ provider, settings: { ...settings, ...own } }));
    const told = (transition: Transition): void => void this.transitions.push(transition);
    this.pool = new ProviderPool('email', scripted, clock, randomness, told);
    this.tools = {
      ...this.stores,
      clock,
      randomness,
      ids,
      renderer: plainRenderer,
      links: {
        base: 'https://mail.example',
        unsubscribe: (base, dispatch, ref) => `${base}/u/${dispatch}.${ref}`,
        preferences: (base, claim) => `${base}/p/${claim.kind}`,
        assets: (base) => `${base}/assets`,
      },
      lines: new Map([['email', { channel: email, pool: this.pool, retryBudget: new RetryBudget(0) }]]),
      pacer: new DispatchPacer(clock),
      retryRules: defaultRetryRules,
      meter: new LaneMeter(clock),
    };
  }

  start(): void {
    const life = { ended: false };
    const onError = (error: unknown): void => void this.errors.push(error);
    const { clock, ledger, lanes } = this.tools;
    const tools = {
      ...this.tools,
      clock: mortal(
        { now: () => clock.now(), monotonic: () => clock.monotonic(), after: mortalTimer(clock, life) },
        life,
        [],
      ),
      ledger: mortal(ledger, life, ['accept', 'load', 'openIntent', 'mayRepeat', 'settle', 'discard']),
      lanes: mortal(lanes, life, ['claim', 'extend', 'finish', 'putBack', 'depths']),
    };
    this.#life = life;
    this.#worker = new DeliveryWorker(tools, defaultLaneSettings, { onError });
    this.#running = this.#worker.run();
  }

  /** Moves the clock on in small steps, so that whatever waits gets its turn. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) await this.clock.advance(Math.min(100, left));
  }

  async stop(): Promise<void> {
    if (!this.#worker) return;
    this.#worker.stop();
    let stopped = false;
    void this.#running.then(() => (stopped = true));
    for (let i = 0; i < 1000 && !stopped; i++) await this.clock.advance(100);
    if (!stopped) throw new Error('The worker does not stop.');
  }

  /** The process dies: nothing that was under way is heard of again. The next `start` is a new worker. */
  die(): void {
    this.#life.ended = true;
    this.#worker = undefined;
  }
}

/** A port whose answers never arrive once the life that asked has ended. */
function mortal<T extends object>(port: T, life: { ended: boolean }, methods: readonly (keyof T)[]): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const bound = value.bind(target) as (...args: unknown[]) => unknown;
      if (!methods.includes(name as keyof T)) return bound;
      return async (...args: unknown[]) => {
        const answer = life.ended ? new Promise(() => {}) : await bound(...args);
        return life.ended ? new Promise(() => {}) : answer;
      };
    },
  });
}

function mortalTimer(clock: Clock, life: { ended: boolean }) {
  return (ms: number, wake: () => void) => clock.after(ms, () => (life.ended ? undefined : wake()));
}
