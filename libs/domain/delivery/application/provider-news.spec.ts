import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryProviderNews } from '#adapters/memory/delivery/memory-provider-news.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { Share } from '#domain/delivery/model/rate-share.js';
import type { ProviderTurn } from '#ports/delivery/provider-news.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { settings } from '#test/support/delivery/a-worker.js';
import { ScriptedProvider } from '#test/support/delivery/scripted-provider.js';
import { alone } from './company.js';
import { type Permit, ProviderPool } from './provider-pool.js';
import type { Transition } from './provider-slot.js';

const unavailable: Outcome = { kind: 'unavailable', reason: '503' };
const accepted: Outcome = { kind: 'accepted', providerMessageId: 'p' };
const suspended: Outcome = { kind: 'misconfigured', reason: 'account suspended' };

describe('Two workers that tell each other of their providers', () => {
  let clock: DrivenClock;
  let room: Set<MemoryProviderNews>;
  let told: ProviderTurn[];
  beforeEach(() => {
    clock = new DrivenClock(START);
    room = new Set();
    told = [];
    new MemoryProviderNews(room).onHeard((turn) => told.push(turn));
  });

  function worker(channel = 'email', names: readonly string[] = ['ses']) {
    const transitions: Transition[] = [];
    const news = new MemoryProviderNews(room);
    const pool = new ProviderPool(
      channel,
      names.map((name) => ({ provider: new ScriptedProvider(name, { maxInFlight: 50 }), settings })),
      clock,
      new SeededRandomness(7),
      (transition) => transitions.push(transition),
      { ...alone, news },
    );
    const permit = async (): Promise<Permit> => {
      const acquired = await pool.acquire({ lane: 'critical', want: 1, excluding: new Set() });
      if (acquired.kind === 'none') throw new Error('Nobody to send by');
      return acquired.permit;
    };
    /** Calls one after the other, each with this outcome; then what they tell is told. */
    const calls = async (count: number, outcome: Outcome) => {
      for (let n = 0; n < count; n++) pool.report(await permit(), [outcome]);
      await clock.advance(0);
    };
    const state = (name = 'ses') => pool.statuses().find((one) => one.name === name)?.state;
    return { pool, transitions, permit, calls, state };
  }

  it('pass a provider over that has failed one of them, and tell it to nobody else', async () => {
    const [anna, ben] = [worker(), worker()];
    await anna.calls(5, unavailable);
    expect([anna.state(), ben.state()]).toEqual(['open', 'open']);
    expect(ben.transitions).toEqual([
      { provider: 'ses', from: 'closed', to: 'open', reason: 'another worker: 503' },
    ]);
    expect(ben.pool.statuses()[0]?.until).toBe(anna.pool.statuses()[0]?.until);
    expect(told).toHaveLength(1);
  });

  it('are not moved by what befalls another provider, or the same name on another channel', async () => {
    const [anna, ben, sms] = [worker(), worker('email', ['resend', 'ses']), worker('sms')];
    await anna.calls(5, unavailable);
    expect([ben.state('resend'), ben.state('ses'), sms.state()]).toEqual(['closed', 'open', 'closed']);
  });

  it('probe each for itself: who finds it well uses it, though it goes on failing the other', async () => {
    const [anna, ben] = [worker(), worker()];
    await anna.calls(5, unavailable);
    await clock.advance(1_000);
    await ben.calls(2, accepted);
    expect(ben.state()).toBe('closed');
    await anna.calls(1, unavailable);
    expect([anna.state(), ben.state()]).toEqual(['open', 'closed']);
  });

  it('probe as soon as the other has found it well', async () => {
    const [anna, ben] = [worker(), worker()];
    await anna.calls(5, unavailable);
    // Ben's own probes fail twice: he waits longer each time.
    for (const pause of [1_000, 2_000]) {
      await clock.advance(pause);
      await ben.calls(1, unavailable);
    }
    const waits = () => (ben.pool.statuses()[0]?.until ?? 0) - clock.now();
    expect(waits()).toBeGreaterThan(1_000);
    await anna.calls(2, accepted);
    expect([anna.state(), ben.state()]).toEqual(['closed', 'open']);
    expect(waits()).toBeLessThanOrEqual(0);
    expect((await ben.permit()).probe).toBe(true);
  });

  it('ask for themselves whether an account is refused: they may have better credentials', async () => {
    const [anna, ben] = [worker(), worker()];
    await anna.calls(1, suspended);
    expect([anna.pool.statuses()[0]?.until, ben.state()]).toEqual([null, 'open']);
    await clock.advance(settings.breaker.openMs);
    await ben.calls(2, accepted);
    expect(ben.state()).toBe('closed');
    expect(anna.state()).toBe('open');
  });

  it('hear nothing more once they are closed', async () => {
    const [anna, ben] = [worker(), worker()];
    ben.pool.close();
    await anna.calls(5, unavailable);
    expect(ben.state()).toBe('closed');
  });
});

describe('A worker whose share of a provider is none', () => {
  let clock: DrivenClock;
  beforeEach(() => void (clock = new DrivenClock(START)));

  function pool(share: Share | undefined, names: readonly string[] = ['ses']) {
    const wakes: (() => void)[] = [];
    const shares = {
      current: share,
      share: () => shares.current,
      onChanged: (wake: () => void) => {
        wakes.push(wake);
        return () => {};
      },
    };
    const limited = { ...settings, ratePerSecond: 1 };
    const made = new ProviderPool(
      'email',
      names.map((name, i) => ({
        provider: new ScriptedProvider(name, { idempotencyKey: true }),
        settings: i === 0 ? limited : settings,
      })),
      clock,
      new SeededRandomness(7),
      () => {},
      { ...alone, shares },
    );
    const become = (next: Share | undefined) => {
      shares.current = next;
      for (const wake of wakes) wake();
    };
    return { pool: made, become };
  }
  const asked = (lane: 'bulk' | 'critical') => ({ lane, want: 1, excluding: new Set<string>() });

  it('puts its work back at once, soon to be taken up by a worker that has one', async () => {
    const { pool: second } = pool({ rank: 1, of: 2 });
    expect(await second.acquire(asked('bulk'))).toEqual({ kind: 'none', retryAt: clock.now() + 500 });
    expect(second.again('ses', 1)).toEqual({ kind: 'none', retryAt: clock.now() + 500 });
  });

  it('does not take bulk to the next provider for that, but what is urgent', async () => {
    const { pool: second } = pool({ rank: 1, of: 2 }, ['ses', 'resend']);
    expect(await second.acquire(asked('bulk'))).toMatchObject({ kind: 'none' });
    expect(await second.acquire(asked('critical'))).toMatchObject({
      kind: 'permit',
      permit: { provider: { name: 'resend' } },
    });
  });

  it('sends when it gets one, at the rate of its share, with nothing in hand', async () => {
    const { pool: one, become } = pool(undefined);
    await clock.advance(60_000);
    become({ rank: 0, of: 2 });
    const got = one.acquire(asked('bulk'));
    let permits = 0;
    void got.then(({ kind }) => (permits += kind === 'permit' ? 1 : 0));
    await clock.advance(999);
    expect(permits).toBe(0);
    await clock.advance(1);
    expect(permits).toBe(1);
  });

  it('owes what a repeated call takes beyond a share that has become smaller', async () => {
    const { pool: one } = pool({ rank: 0, of: 1 });
    await clock.advance(1_000);
    expect(one.again('ses', 4)).toMatchObject({ kind: 'permit', permit: { count: 4 } });
    expect(one.again('ses', 1)).toEqual({ kind: 'none', retryAt: clock.now() + 4_000 });
  });
});
