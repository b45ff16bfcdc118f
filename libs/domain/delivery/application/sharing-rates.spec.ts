import { describe, expect, it } from '@jest/globals';
import { MemoryFellowWorkers } from '#adapters/memory/delivery/memory-fellow-workers.js';
import { MemoryProviderNews } from '#adapters/memory/delivery/memory-provider-news.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { FellowWorkers } from '#ports/delivery/fellow-workers.js';
import type { Clock } from '#ports/system/clock.js';
import { aDispatch, START } from '#ports/delivery/testing/delivery-stores.js';
import { settings } from '#test/support/delivery/a-worker.js';
import { ScriptedProvider } from '#test/support/delivery/scripted-provider.js';
import { fc } from '#test/support/properties.js';
import { Fellowship } from './fellowship.js';
import { DispatchPacer } from './pace-dispatches.js';
import { ProviderPool } from './provider-pool.js';

const LEASE = 1_000;
const STEP = 100;

interface Account {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** One step of time after something has happened: to which worker, and for how many steps. */
type Event =
  | {
      readonly kind: 'comes' | 'leaves' | 'dies' | 'rests' | 'nothing';
      readonly who: number;
      readonly steps: number;
    }
  | {
      readonly kind: 'is frozen' | 'is out of reach' | 'is not asked' | 'register away' | 'register empty';
      readonly who: number;
      readonly steps: number;
    };

interface Drawn {
  readonly at: number;
  readonly count: number;
}

/** Everything that several workers share, and what each drew of the account. */
class World {
  readonly clock = new DrivenClock(START);
  readonly account: Account;
  readonly drawn: Drawn[] = [];
  readonly paced: Drawn[] = [];
  readonly workers: SimulatedWorker[] = [];
  readonly dispatch: Dispatch;
  register = new MemoryFellowWorkers(this.clock);
  registerAway = false;
  /** Nothing is lost of what is in the register. */
  readonly remembers: boolean;
  #names = 0;

  constructor(account: Account, remembers = false) {
    this.account = account;
    this.remembers = remembers;
    this.dispatch = { ...aDispatch().build(), ratePerSecond: account.ratePerSecond };
  }

  nextName(): string {
    return `w${++this.#names}`;
  }
}

/** A process: what it asks of time and of the register waits while it is frozen, and for ever when it is dead. */
class SimulatedWorker implements FellowWorkers, Clock {
  state: 'running' | 'frozen' | 'dead' = 'running';
  outOfReach = false;
  resting = false;
  readonly fellowship: Fellowship;
  readonly #world: World;
  readonly #held: (() => void)[] = [];
  readonly #pool: ProviderPool;
  readonly #pacer: DispatchPacer;

  /** @param comesInMs later than it is made */
  constructor(world: World, comesInMs = 0) {
    this.#world = world;
    const name = world.nextName();
    const { remembers } = world;
    this.fellowship = new Fellowship(this, this, name, { leaseMs: LEASE, remembers });
    const provider = new ScriptedProvider('ses', { maxBatch: 50, maxInFlight: 1000 });
    const slot = { provider, settings: { ...settings, ...world.account } };
    const company = { shares: this.fellowship, news: new MemoryProviderNews() };
    this.#pool = new ProviderPool('email', [slot], this, new SeededRandomness(1), () => {}, company);
    this.#pacer = new DispatchPacer(this, this.fellowship);
    if (comesInMs > 0) this.after(comesInMs, () => void this.fellowship.start());
    else void this.fellowship.start();
    void this.#drawAll();
    void this.#paceAll();
  }

  now = (): number => this.#world.clock.now();
  monotonic = (): number => this.#world.clock.monotonic();

  after(ms: number, wake: () => void): () => void {
    let cancelled = false;
    const cancel = this.#world.clock.after(ms, () =>
      this.#whenRunning(() => (cancelled ? undefined : wake())),
    );
    return () => {
      cancelled = true;
      cancel();
    };
  }

  async hold(name: string, since: number | undefined, forMs: number) {
    if (this.#world.registerAway || this.outOfReach) throw new Error('out of reach');
    const view = await this.#world.register.hold(name, since, forMs);
    await new Promise<void>((resolve) => this.#whenRunning(resolve));
    return view;
  }

  async leave(name: string) {
    if (!this.#world.registerAway && !this.outOfReach) await this.#world.register.leave(name);
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    for (const wake of this.#held.splice(0)) wake();
  }

  #whenRunning(wake: () => void): void {
    if (this.state === 'running') wake();
    else this.#held.push(wake);
  }

  /** As greedy as can be, but for its rests, in which tokens gather. */
  async #drawAll(): Promise<void> {
    for (;;) {
      if (!this.resting) {
        const got = await this.#pool.acquire({ lane: 'critical', want: 50, excluding: new Set() });
        if (got.kind === 'permit') {
          this.#world.drawn.push({ at: this.monotonic(), count: got.permit.count });
          this.#pool.giveBack(got.permit);
          continue;
        }
      }
      await new Promise<void>((resolve) => this.after(STEP, resolve));
    }
  }

  async #paceAll(): Promise<void> {
    for (;;) {
      const paced = this.resting ? undefined : await this.#pacer.draw(this.#world.dispatch, 50);
      if (paced?.kind === 'go') this.#world.paced.push({ at: this.monotonic(), count: paced.count });
      else await new Promise<void>((resolve) => this.after(STEP, resolve));
    }
  }
}

/** What happens at once, and what ends it. Faults of the register and freezing come one at a time, a lease apart. */
async function happen(world: World, event: Event): Promise<void> {
  const { workers, clock } = world;
  const running = workers.filter(({ state }) => state !== 'dead');
  const one = running[event.who % Math.max(1, running.length)];
  const lasting = async (begin: () => void, end: () => void, steps: number): Promise<void> => {
    begin();
    await clock.advance(steps * STEP);
    end();
    await clock.advance(LEASE + STEP);
  };
  switch (event.kind) {
    case 'comes':
      if (running.length < 5) workers.push(new SimulatedWorker(world));
      break;
    case 'leaves':
      await one?.fellowship.stop();
      if (one) one.state = 'dead';
      break;
    case 'dies':
      if (one) one.state = 'dead';
      break;
    case 'rests':
      if (one) one.resting = !one.resting;
      break;
    case 'is frozen':
      if (one)
        await lasting(
          () => void (one.state = 'frozen'),
          () => one.thaw(),
          event.steps,
        );
      break;
    case 'is out of reach': {
      // No longer than a lease: that is what the promise rests on, where the register may forget.
      const steps = world.remembers ? event.steps : Math.min(event.steps, 6);
      // The worst that can happen meanwhile: somebody comes, who cannot see it.
      if (one && world.remembers) workers.push(new SimulatedWorker(world, (event.steps / 2) * STEP));
      if (one)
        await lasting(
          () => void (one.outOfReach = true),
          () => void (one.outOfReach = false),
          steps,
        );
      break;
    }
    case 'is not asked':
      one?.fellowship.rest();
      await clock.advance(event.steps * STEP);
      if (one?.state === 'running') await one.fellowship.come();
      break;
    case 'register away':
      await lasting(
        () => void (world.registerAway = true),
        () => void (world.registerAway = false),
        event.steps,
      );
      break;
    case 'register empty':
      world.register = new MemoryFellowWorkers(clock);
      break;
    case 'nothing':
  }
  await clock.advance(event.steps * STEP);
}

/** What was drawn in the window that most exceeds `burst + rate x its length`, by how much. */
function excess(drawn: readonly Drawn[], { ratePerSecond, burst }: Account): number {
  // The largest sum of `count - rate x time since the one before`, over all stretches.
  let [worst, running, last] = [-Infinity, -Infinity, 0];
  for (const { at, count } of drawn) {
    running = Math.max(0, running - (ratePerSecond * (at - last)) / 1000) + count;
    worst = Math.max(worst, running);
    last = at;
  }
  return worst - burst;
}

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant('comes' as const) },
    {
      weight: 7,
      arbitrary: fc.constantFrom(
        ...(['leaves', 'dies', 'rests', 'rests', 'nothing', 'is frozen', 'is out of reach'] as const),
        ...(['register away', 'register empty'] as const),
      ),
    },
  ),
  who: fc.nat(4),
  steps: fc.integer({ min: 0, max: 30 }),
});
const eventOfFunctions: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom(
    ...(['comes', 'comes', 'leaves', 'dies', 'rests', 'nothing', 'is frozen', 'is out of reach'] as const),
    ...(['is not asked', 'is not asked', 'register away'] as const),
  ),
  who: fc.nat(4),
  steps: fc.integer({ min: 0, max: 30 }),
});
const account: fc.Arbitrary<Account> = fc.record({
  ratePerSecond: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.5, max: 30, noNaN: true })),
  burst: fc.integer({ min: 1, max: 30 }),
});

describe('Several workers over one account', () => {
  it('draw together no more than burst + rate x time in any window, whoever comes, goes, dies or hears nothing', async () => {
    const property = fc.asyncProperty(
      account,
      fc.array(event, { minLength: 5, maxLength: 25 }),
      async (limits, events) => {
        const world = new World(limits);
        for (const who of [0, 1]) await happen(world, { kind: 'comes', who, steps: 5 });
        for (const one of events) await happen(world, one);
        for (const one of world.workers) one.state = 'dead';
        const burst = Math.max(1, Math.min(limits.burst, limits.ratePerSecond));
        expect(excess(world.drawn, { ...limits, burst })).toBeLessThanOrEqual(1e-6);
        const pace = { ...limits, burst: Math.max(1, limits.ratePerSecond) };
        expect(excess(world.paced, pace)).toBeLessThanOrEqual(1e-6);
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });

  it('do so over a register that forgets nothing too, where who comes alone has it all at once', async () => {
    const property = fc.asyncProperty(
      account,
      fc.array(eventOfFunctions, { minLength: 5, maxLength: 25 }),
      async (limits, events) => {
        const world = new World(limits, true);
        for (const one of events) await happen(world, one);
        for (const one of world.workers) one.state = 'dead';
        const burst = Math.max(1, Math.min(limits.burst, limits.ratePerSecond));
        expect(excess(world.drawn, { ...limits, burst })).toBeLessThanOrEqual(1e-6);
      },
    );
    const limits = { ratePerSecond: 20, burst: 20 };
    const happens = (kind: Event['kind'], steps: number): Event => ({ kind, who: 0, steps });
    // One has gathered tokens and draws them all; at that moment others come, or it is lost sight of.
    const gathered = [happens('comes', 20), happens('rests', 20), happens('rests', 0)];
    const examples: [Account, Event[]][] = [
      [limits, [...gathered, happens('comes', 0), happens('comes', 20)]],
      [limits, [...gathered, happens('is out of reach', 30)]],
    ];
    await fc.assert(property, { numRuns: 25, examples });
  });

  it('use all of it, when each has its place', async () => {
    const world = new World({ ratePerSecond: 20, burst: 20 });
    for (const who of [0, 1, 2]) await happen(world, { kind: 'comes', who, steps: 15 });
    const before = world.drawn.length;
    await world.clock.advance(10_000);
    const sum = world.drawn.slice(before).reduce((total, { count }) => total + count, 0);
    expect(sum).toBeGreaterThan(190);
    for (const one of world.workers) one.state = 'dead';
  });

  it('send on, the first of them, when the account allows less than one message each', async () => {
    const world = new World({ ratePerSecond: 1, burst: 1 });
    for (const who of [0, 1, 2]) await happen(world, { kind: 'comes', who, steps: 15 });
    const before = world.drawn.length;
    await world.clock.advance(10_000);
    expect(world.drawn.length - before).toBe(10);
    // The first dies: the second sends.
    world.workers[0]!.state = 'dead';
    await world.clock.advance(3 * LEASE);
    const after = world.drawn.length;
    await world.clock.advance(10_000);
    expect(world.drawn.length - after).toBe(10);
    for (const one of world.workers) one.state = 'dead';
  });
});
