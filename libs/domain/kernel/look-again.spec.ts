import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { LookAgain, type Looked } from './look-again.js';

describe('looking again', () => {
  let clock: DrivenClock;
  let looks: number;
  let answers: Looked[];
  let troubles: unknown[];
  let during: () => void;
  let calls: Set<() => void>;
  let looker: LookAgain;
  beforeEach(() => {
    clock = new DrivenClock();
    looks = 0;
    answers = [];
    troubles = [];
    during = () => {};
    calls = new Set();
    const look = async (): Promise<Looked> => {
      looks += 1;
      const now = during;
      during = () => {};
      now();
      await Promise.resolve();
      return answers.shift() ?? 1_000;
    };
    looker = new LookAgain(clock, look, (error) => {
      troubles.push(error);
      return 300;
    });
  });
  const start = async (): Promise<void> => {
    looker.start((call) => {
      calls.add(call);
      return () => calls.delete(call);
    });
    await clock.advance(0);
  };
  const call = async (): Promise<void> => {
    for (const one of calls) one();
    await clock.advance(0);
  };

  it('looks at once, and then when it has rested as long as it was told to', async () => {
    answers = [500, 2_000];
    await start();
    expect(looks).toBe(1);
    await clock.advance(499);
    expect(looks).toBe(1);
    await clock.advance(1);
    expect(looks).toBe(2);
    await clock.advance(1_999);
    expect(looks).toBe(2);
    await clock.advance(1);
    expect(looks).toBe(3);
  });

  it('looks again while there may be more', async () => {
    answers = ['again', 'again', 1_000];
    await start();
    expect(looks).toBe(3);
  });

  it('looks when it is called, and rests anew from then on', async () => {
    await start();
    await clock.advance(900);
    await call();
    expect(looks).toBe(2);
    await clock.advance(999);
    expect(looks).toBe(2);
    await clock.advance(1);
    expect(looks).toBe(3);
    expect(clock.waiting).toBe(1);
  });

  it('hears who calls while it looks, however often, with one more look', async () => {
    during = () => {
      for (const one of [...calls, ...calls, ...calls]) one();
    };
    await start();
    expect(looks).toBe(2);
  });

  it('tells of trouble, and rests as long as that takes', async () => {
    during = () => {
      throw new Error('the disk is gone');
    };
    await start();
    expect(troubles).toEqual([new Error('the disk is gone')]);
    await clock.advance(299);
    expect(looks).toBe(1);
    await clock.advance(1);
    expect(looks).toBe(2);
    expect(troubles).toHaveLength(1);
  });

  it('rests a millisecond at least: what is past due and fails may not keep everybody else from being served', async () => {
    answers = [-5_000];
    await start();
    expect(looks).toBe(1);
    await clock.advance(1);
    expect(looks).toBe(2);
  });

  it('finishes the look under way when it is stopped, and looks no more, whoever calls', async () => {
    let stopped: Promise<void> | undefined;
    during = () => (stopped = looker.stop());
    const kept = calls;
    await start();
    expect(looker.state).toBe('stopped');
    await stopped;
    expect(kept.size).toBe(0);
    looker.call();
    await clock.advance(10_000);
    expect(looks).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  it('does not look before it was started', async () => {
    looker.call();
    await clock.advance(10_000);
    expect([looks, looker.state]).toEqual([0, 'new']);
  });
});
