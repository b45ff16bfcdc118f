import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryFellowWorkers } from '#adapters/memory/delivery/memory-fellow-workers.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { Fellowship } from './fellowship.js';

const LEASE = 10_000;
const BEAT = LEASE / 5;

/** A register that can be out of a worker's reach, answer late, and lose the answer to what it has done. */
class Reach {
  way: 'open' | 'closed' | 'answers are lost' | 'silent' = 'open';
  readonly #register: MemoryFellowWorkers;

  constructor(register: MemoryFellowWorkers) {
    this.#register = register;
  }

  async hold(name: string, since: number | undefined, forMs: number) {
    if (this.way === 'closed') throw new Error('away');
    const view = await this.#register.hold(name, since, forMs);
    if (this.way === 'answers are lost') throw new Error('connection reset');
    return this.way === 'silent' ? new Promise<never>(() => {}) : view;
  }

  async leave(name: string) {
    if (this.way === 'closed') throw new Error('away');
    await this.#register.leave(name);
  }
}

describe('A worker among its fellows', () => {
  let clock: DrivenClock;
  let register: MemoryFellowWorkers;
  beforeEach(() => {
    clock = new DrivenClock(START);
    register = new MemoryFellowWorkers(clock);
  });
  const worker = (name: string, reach = new Reach(register)) => {
    const contact: boolean[] = [];
    const onContact = (inContact: boolean): void => void contact.push(inContact);
    const fellowship = new Fellowship(reach, clock, name, { leaseMs: LEASE, onContact });
    const changes: string[] = [];
    const shown = () => {
      const share = fellowship.share();
      return share ? `${share.rank} of ${share.of}` : 'none';
    };
    fellowship.onChanged(() => changes.push(shown()));
    return { fellowship, reach, contact, changes, shown };
  };
  /** Comes, and is given time to take its place. */
  const came = async (name: string) => {
    const one = worker(name);
    const started = one.fellowship.start();
    await clock.advance(LEASE + BEAT);
    await started;
    return one;
  };

  it('has no share before everyone had a lease’s time to hear of it', async () => {
    const one = worker('anna');
    let started = false;
    void one.fellowship.start().then(() => (started = true));
    await clock.advance(LEASE - 1);
    expect([one.shown(), started]).toEqual(['none', false]);
    await clock.advance(BEAT);
    expect([one.shown(), started]).toEqual(['0 of 1', true]);
  });

  it('makes room for a newcomer as soon as it hears of it, before that one acts', async () => {
    const anna = await came('anna');
    const ben = worker('ben');
    void ben.fellowship.start();
    await clock.advance(BEAT);
    expect([anna.shown(), ben.shown()]).toEqual(['0 of 2', 'none']);
    await clock.advance(LEASE);
    expect([anna.shown(), ben.shown()]).toEqual(['0 of 2', '1 of 2']);
  });

  it('takes over the share of one that has left, a lease after it was last seen', async () => {
    const [anna, ben] = [await came('anna'), await came('ben')];
    await anna.fellowship.stop();
    expect([anna.shown(), ben.shown()]).toEqual(['none', '1 of 2']);
    await clock.advance(LEASE + BEAT);
    expect(ben.shown()).toBe('0 of 1');
  });

  it('takes over the share of one that died within two leases', async () => {
    const [anna, ben] = [await came('anna'), await came('ben')];
    anna.reach.way = 'closed';
    await clock.advance(LEASE - BEAT);
    expect(ben.shown()).toBe('1 of 2');
    await clock.advance(LEASE + 2 * BEAT);
    expect(ben.shown()).toBe('0 of 1');
  });

  it('keeps its share for as long as the register is away, and nobody comes meanwhile', async () => {
    const [anna, ben] = [await came('anna'), await came('ben')];
    const cleo = worker('cleo');
    for (const { reach } of [anna, ben, cleo]) reach.way = 'closed';
    let started = false;
    void cleo.fellowship.start().then(() => (started = true));
    await clock.advance(100 * LEASE);
    expect([anna.shown(), ben.shown(), cleo.shown()]).toEqual(['0 of 2', '1 of 2', 'none']);
    // It begins with what needs no share.
    expect(started).toBe(true);
    for (const { reach } of [anna, ben, cleo]) reach.way = 'open';
    await clock.advance(LEASE + 2 * BEAT);
    expect([anna.shown(), ben.shown(), cleo.shown()]).toEqual(['0 of 3', '1 of 3', '2 of 3']);
    expect(anna.contact).toEqual([true, false, true]);
  });

  it('strikes nobody off when a register comes back that has lost everything', async () => {
    const [anna, ben] = [await came('anna'), await came('ben')];
    await clock.advance(BEAT / 2);
    for (const { reach } of [anna, ben]) reach.way = 'closed';
    await clock.advance(3 * LEASE);
    for (const name of ['anna', 'ben']) await register.leave(name);
    [anna.changes.length, ben.changes.length] = [0, 0];
    anna.reach.way = 'open';
    await clock.advance(LEASE - BEAT);
    ben.reach.way = 'open';
    await clock.advance(3 * LEASE);
    expect([anna.changes, ben.changes]).toEqual([[], []]);
  });

  it('keeps its rank when the register has lost everything and the others enter themselves first', async () => {
    const [anna, ben] = [await came('anna'), await came('ben')];
    for (const name of ['anna', 'ben']) await register.leave(name);
    anna.reach.way = 'closed';
    await clock.advance(BEAT);
    anna.reach.way = 'open';
    await clock.advance(5 * LEASE);
    expect([anna.shown(), ben.shown()]).toEqual(['0 of 2', '1 of 2']);
    expect([anna.changes, ben.changes]).toEqual([['0 of 1', '0 of 2'], ['1 of 2']]);
  });

  it('waits from anew when it loses sight of the register before it has its place', async () => {
    const one = worker('anna');
    void one.fellowship.start();
    await clock.advance(LEASE - BEAT);
    one.reach.way = 'closed';
    await clock.advance(LEASE);
    one.reach.way = 'open';
    await clock.advance(LEASE);
    expect(one.shown()).toBe('none');
    await clock.advance(2 * BEAT);
    expect(one.shown()).toBe('0 of 1');
  });

  it.each(['answers are lost', 'silent'] as const)('goes on by what it knew when %s', async (way) => {
    const [anna, ben] = [await came('anna'), await came('ben')];
    anna.reach.way = way;
    await clock.advance(10 * LEASE);
    // Its lease is renewed all the same, so the other leaves it its share.
    expect([anna.shown(), ben.shown()]).toEqual(['0 of 2', '1 of 2']);
    expect(anna.contact).toEqual([true, false]);
  });

  it('has no share when it leaves, also when that cannot be said, and leaves nothing running', async () => {
    const one = await came('anna');
    one.reach.way = 'closed';
    await one.fellowship.stop();
    await one.fellowship.stop();
    expect(one.changes.at(-1)).toBe('none');
    expect(clock.waiting).toBe(0);
  });

  it('has no share when its process was frozen, from the first moment on, and comes anew', async () => {
    const ben = await came('ben');
    const asleep: (() => void)[] = [];
    let frozen = false;
    const after = (ms: number, wake: () => void) =>
      clock.after(ms, () => (frozen ? asleep.push(wake) : wake()));
    const time = { now: () => clock.now(), monotonic: () => clock.monotonic(), after };
    const anna = new Fellowship(register, time, 'anna', { leaseMs: LEASE });
    void anna.start();
    await clock.advance(LEASE + BEAT);
    expect(anna.share()).toEqual({ rank: 1, of: 2 });
    frozen = true;
    await clock.advance(3 * LEASE);
    expect(ben.shown()).toBe('0 of 1');
    // Somebody asks before the timer that would have told it.
    expect(anna.share()).toBeUndefined();
    frozen = false;
    for (const wake of asleep) wake();
    await clock.advance(LEASE - 1);
    expect([anna.share(), ben.shown()]).toEqual([undefined, '0 of 2']);
    await clock.advance(BEAT);
    expect([anna.share(), ben.shown()]).toEqual([{ rank: 1, of: 2 }, '0 of 2']);
  });

  it('may leave before it has come', async () => {
    const one = worker('anna');
    const started = one.fellowship.start();
    await clock.advance(BEAT);
    await one.fellowship.stop();
    await started;
    await clock.advance(2 * LEASE);
    expect([one.shown(), clock.waiting]).toEqual(['none', 0]);
    expect(await register.hold('ben', undefined, LEASE)).toHaveLength(1);
  });

  describe('over a register that forgets nothing', () => {
    const aFunction = (name: string, reach = new Reach(register)) => {
      const fellowship = new Fellowship(reach, clock, name, { leaseMs: LEASE, remembers: true });
      const shown = () => {
        const share = fellowship.share();
        return share ? `${share.rank} of ${share.of}` : 'none';
      };
      return { fellowship, reach, shown };
    };

    it('has everything at once when nobody else is there', async () => {
      const anna = aFunction('anna');
      await anna.fellowship.come();
      expect(anna.shown()).toBe('0 of 1');
    });

    it('waits for a lease when somebody is, who makes room meanwhile', async () => {
      const [anna, ben] = [aFunction('anna'), aFunction('ben')];
      await anna.fellowship.come();
      await ben.fellowship.come();
      expect([anna.shown(), ben.shown()]).toEqual(['0 of 1', 'none']);
      await clock.advance(BEAT);
      expect([anna.shown(), ben.shown()]).toEqual(['0 of 2', 'none']);
      await clock.advance(LEASE);
      expect([anna.shown(), ben.shown()]).toEqual(['0 of 2', '1 of 2']);
    });

    it('has its share again after a short rest, and asks for nothing while it rests', async () => {
      const anna = aFunction('anna');
      await anna.fellowship.come();
      anna.fellowship.rest();
      expect(clock.waiting).toBe(0);
      await clock.advance(LEASE / 2);
      const ben = aFunction('ben');
      await ben.fellowship.come();
      expect(ben.shown()).toBe('none');
      await anna.fellowship.come();
      expect(anna.shown()).toBe('0 of 2');
    });

    it('comes anew after a long one, into whatever it finds', async () => {
      const [anna, ben] = [aFunction('anna'), aFunction('ben')];
      await anna.fellowship.come();
      anna.fellowship.rest();
      await clock.advance(LEASE);
      expect(anna.shown()).toBe('none');
      await ben.fellowship.come();
      expect(ben.shown()).toBe('0 of 1');
      await anna.fellowship.come();
      expect(anna.shown()).toBe('none');
      await clock.advance(LEASE + BEAT);
      expect([ben.shown(), anna.shown()].sort()).toEqual(['0 of 2', '1 of 2']);
    });

    it('waits for a register that is away for as long as a lease, and comes when it is there', async () => {
      const anna = aFunction('anna');
      anna.reach.way = 'closed';
      let came = false;
      void anna.fellowship.come().then(() => (came = true));
      await clock.advance(BEAT + 1);
      expect([came, anna.shown()]).toEqual([false, 'none']);
      anna.reach.way = 'open';
      await clock.advance(BEAT);
      expect([came, anna.shown()]).toEqual([true, '0 of 1']);
      const ben = aFunction('ben');
      ben.reach.way = 'closed';
      void ben.fellowship.come().then(() => (came = false));
      await clock.advance(LEASE);
      expect(came).toBe(false);
    });

    it('acts no longer than its lease when the register does not answer', async () => {
      const anna = aFunction('anna');
      await anna.fellowship.come();
      anna.reach.way = 'closed';
      await clock.advance(LEASE - 1);
      expect(anna.shown()).toBe('0 of 1');
      await clock.advance(1);
      expect(anna.shown()).toBe('none');
      anna.reach.way = 'open';
      await clock.advance(BEAT);
      expect(anna.shown()).toBe('0 of 1');
    });
  });
});
