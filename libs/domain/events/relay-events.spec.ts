import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import { RelayEvents } from './relay-events.js';

const completed = (dispatchId: string): IntegrationEvent => ({
  type: 'dispatch.completed',
  workspaceId: 'wsp_1',
  dispatchId,
});
const reopened = (dispatchId: string): IntegrationEvent => ({
  type: 'dispatch.reopened',
  workspaceId: 'wsp_1',
  dispatchId,
});

describe('RelayEvents', () => {
  let outbox: MemoryOutbox;
  let clock: DrivenClock;
  let log: MemoryLog;
  let relay: RelayEvents;
  let heard: string[];
  beforeEach(() => {
    outbox = new MemoryOutbox();
    clock = new DrivenClock();
    log = new MemoryLog();
    relay = new RelayEvents(outbox, clock, new SeededRandomness(), log);
    heard = [];
  });
  const append = (...events: IntegrationEvent[]): void => {
    for (const event of events) outbox.append(event, clock.now());
  };
  const untold = async (): Promise<number> => (await outbox.untold(1000)).length;

  it('tells what was in the outbox before it started, in order, and crosses it off', async () => {
    append(completed('a'), completed('b'));
    relay.on('dispatch.completed', 'hear', async ({ dispatchId }) => void heard.push(dispatchId));
    relay.start();
    await clock.advance(0);
    expect(heard).toEqual(['a', 'b']);
    expect(await untold()).toBe(0);
  });

  it('tells an event as soon as it is appended', async () => {
    relay.on('dispatch.completed', 'hear', async ({ dispatchId }) => void heard.push(dispatchId));
    relay.start();
    await clock.advance(0);
    append(completed('a'));
    await clock.advance(0);
    expect(heard).toEqual(['a']);
  });

  it('looks by itself when the call was missed', async () => {
    const deaf = {
      untold: outbox.untold.bind(outbox),
      told: outbox.told.bind(outbox),
      onAppended: () => () => {},
    };
    relay = new RelayEvents(deaf, clock, new SeededRandomness(), log);
    relay.on('dispatch.completed', 'hear', async ({ dispatchId }) => void heard.push(dispatchId));
    relay.start();
    await clock.advance(0);
    append(completed('a'));
    await clock.advance(5000);
    expect(heard).toEqual(['a']);
  });

  it('tells each event to every handler of its type and to no other', async () => {
    relay.on('dispatch.completed', 'first', async ({ dispatchId }) => void heard.push(`first ${dispatchId}`));
    relay.on(
      'dispatch.completed',
      'second',
      async ({ dispatchId }) => void heard.push(`second ${dispatchId}`),
    );
    relay.on('dispatch.reopened', 'third', async ({ dispatchId }) => void heard.push(`third ${dispatchId}`));
    relay.start();
    append(completed('a'), reopened('a'));
    await clock.advance(0);
    expect(heard).toEqual(['first a', 'second a', 'third a']);
  });

  it('tells of others while somebody takes long over one, and nothing more of that one', async () => {
    let finish = (): void => {};
    relay.on('dispatch.completed', 'hear', ({ dispatchId }) => {
      heard.push(dispatchId);
      return dispatchId === 'a' ? new Promise((resolve) => (finish = resolve)) : Promise.resolve();
    });
    relay.start();
    append(completed('a'), completed('a'), completed('b'), completed('b'));
    await clock.advance(0);
    expect(heard).toEqual(['a', 'b', 'b']);
    finish();
    await clock.advance(0);
    expect(heard).toEqual(['a', 'b', 'b', 'a']);
    finish();
    await clock.advance(0);
    expect(await untold()).toBe(0);
  });

  it('crosses off an event that nobody listens to', async () => {
    relay.start();
    append(reopened('a'));
    await clock.advance(0);
    expect(await untold()).toBe(0);
    expect(log.complaints).toEqual([]);
  });

  it('asks only the handler that failed again, until it succeeds, while other events go ahead', async () => {
    let failures = 3;
    relay.on(
      'dispatch.completed',
      'steady',
      async ({ dispatchId }) => void heard.push(`steady ${dispatchId}`),
    );
    relay.on('dispatch.completed', 'moody', ({ dispatchId }) => {
      if (dispatchId === 'a' && failures-- > 0) return Promise.reject(new Error('not now'));
      heard.push(`moody ${dispatchId}`);
      return Promise.resolve();
    });
    relay.start();
    append(completed('a'), completed('b'));
    await clock.advance(0);
    expect(heard).toEqual(['steady a', 'steady b', 'moody b']);
    expect(await untold()).toBe(1);
    await clock.advance(60_000);
    expect(heard).toEqual(['steady a', 'steady b', 'moody b', 'moody a']);
    expect(await untold()).toBe(0);
    expect(log.complaints).toEqual(Array.from({ length: 3 }, () => 'outbox.handler_failed'));
  });

  it('waits longer after each failure, up to minutes', async () => {
    const attempts: number[] = [];
    relay.on('dispatch.completed', 'never', () => {
      attempts.push(clock.monotonic());
      return Promise.reject(new Error('never'));
    });
    relay.start();
    append(completed('a'));
    await clock.advance(3_600_000);
    const bound = (n: number): number => Math.min(300_000, 500 * 2 ** n);
    const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    waits.forEach((wait, index) => expect(wait).toBeLessThanOrEqual(bound(index)));
    expect(Math.max(...waits)).toBeGreaterThan(60_000);
  });

  it('is not held up by more bad events than it looks at in one go', async () => {
    relay.on('dispatch.completed', 'picky', ({ dispatchId }) => {
      if (dispatchId.startsWith('bad')) return Promise.reject(new Error('bad'));
      heard.push(dispatchId);
      return Promise.resolve();
    });
    relay.start();
    append(...Array.from({ length: 350 }, (_, n) => completed(`bad ${n}`)), completed('good'));
    await clock.advance(10_000);
    expect(heard).toEqual(['good']);
  });

  it('finishes the event under way when it is stopped, and tells no further one', async () => {
    let finish = (): void => {};
    relay.on('dispatch.completed', 'slow', ({ dispatchId }) => {
      heard.push(dispatchId);
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    relay.start();
    append(completed('a'), completed('a'));
    await clock.advance(0);
    let stopped = false;
    const stopping = relay.stop().then(() => (stopped = true));
    await clock.advance(0);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    append(completed('c'));
    await clock.advance(60_000);
    expect(heard).toEqual(['a']);
    expect(await untold()).toBe(2);
    expect(clock.waiting).toBe(0);
  });

  it('goes on when the outbox cannot be read for a while', async () => {
    let broken = true;
    const flaky = {
      untold: (limit: number) => (broken ? Promise.reject(new Error('disk')) : outbox.untold(limit)),
      told: (seqs: readonly number[]) => outbox.told(seqs),
      onAppended: (wake: () => void) => outbox.onAppended(wake),
    };
    relay = new RelayEvents(flaky, clock, new SeededRandomness(), log);
    relay.on('dispatch.completed', 'hear', async ({ dispatchId }) => void heard.push(dispatchId));
    relay.start();
    append(completed('a'));
    await clock.advance(0);
    expect(log.complaints).toContain('outbox.unreadable');
    broken = false;
    await clock.advance(5000);
    expect(heard).toEqual(['a']);
  });

  it('refuses a handler that comes after the start, or a name used twice', () => {
    const nothing = (): Promise<void> => Promise.resolve();
    relay.on('dispatch.completed', 'one', nothing);
    expect(() => relay.on('dispatch.completed', 'one', nothing)).toThrow(/twice/);
    relay.start();
    expect(() => relay.on('dispatch.reopened', 'late', nothing)).toThrow(/before the relay starts/);
  });
});
