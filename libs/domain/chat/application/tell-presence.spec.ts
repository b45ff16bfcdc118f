import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryAbsences } from '#adapters/memory/chat/memory-absences.js';
import { MemoryPresence } from '#adapters/memory/chat/memory-presence.js';
import { memoryChatStores } from '#adapters/memory/chat/testing/memory-chat-stores.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { aConversation } from '#ports/chat/testing/chat-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import type { Follower } from './follower.js';
import { FollowingClient } from '../testing/following-client.js';
import { LiveConversations } from './live-conversations.js';
import { LEASE_MS, TellPresence } from './tell-presence.js';

class CountedPresence extends MemoryPresence {
  held = 0;
  override hold(...args: Parameters<MemoryPresence['hold']>): Promise<void> {
    this.held += 1;
    return super.hold(...args);
  }
}

describe('those who share a conversation with somebody', () => {
  let clock: DrivenClock;
  let telling: TellPresence;
  const anna = new FollowingClient('anna');
  const ben = new FollowingClient('ben');
  beforeEach(async () => {
    clock = new DrivenClock();
    const stores = memoryChatStores();
    const { conversations, log: messages, blocks } = stores;
    const log = new MemoryLog();
    const live = new LiveConversations({ conversations, messages, clock, log });
    live.start();
    const presence = new MemoryPresence(clock);
    telling = new TellPresence({ presence, blocks, absences: new MemoryAbsences(), clock, log }, live);
    telling.start();
    const of = await aConversation().with('anna', 'ben').openedIn(stores);
    const watching = anna.connection();
    anna.others.length = 0;
    live.connect(acme, watching);
    await live.follow(watching, of.id);
  });
  afterEach(() => telling.stop());

  const come = (): Follower => {
    const follower = ben.connection();
    telling.come(acme, follower, 'phone');
    return follower;
  };
  const states = (): string[] =>
    anna.others.splice(0).flatMap((one) => (one.kind === 'presence' ? [one.presence.state] : []));

  it('hear nothing of one who is back within five seconds, time and again', async () => {
    let follower = come();
    await clock.advance(1_000);
    expect(states()).toEqual(['online']);
    for (let n = 0; n < 5; n++) {
      telling.go(follower);
      await clock.advance(n * 1_000);
      follower = come();
      await clock.advance(700);
    }
    await clock.advance(10_000);
    expect(states()).toEqual([]);
  });

  it('hear of one who stays away, once, and of one who comes again', async () => {
    telling.go(come());
    await clock.advance(1_000);
    const follower = come();
    await clock.advance(1_000);
    expect(states()).toEqual(['online']);
    telling.go(follower);
    await clock.advance(4_900);
    expect(states()).toEqual([]);
    await clock.advance(1_200);
    expect(states()).toEqual(['offline']);
    await clock.advance(60_000);
    expect(states()).toEqual([]);
    come();
    await clock.advance(1_000);
    expect(states()).toEqual(['online']);
  });
});

describe('the leases of those who are connected', () => {
  const MANY = 500;
  let clock: DrivenClock;
  let presence: CountedPresence;
  let telling: TellPresence;
  let coming: number;
  beforeEach(() => {
    clock = new DrivenClock();
    presence = new CountedPresence(clock);
    const { conversations, log: messages, blocks } = memoryChatStores();
    const log = new MemoryLog();
    const live = new LiveConversations({ conversations, messages, clock, log });
    telling = new TellPresence({ presence, blocks, absences: new MemoryAbsences(), clock, log }, live);
    telling.start();
    coming = 0;
  });
  afterEach(() => telling.stop());

  const come = (): Follower => {
    const follower = new FollowingClient(`u${coming++}`).connection();
    telling.come(acme, follower, 'phone');
    return follower;
  };
  const online = async (): Promise<number> => {
    const ids = Array.from({ length: MANY }, (_, n) => `u${n}`);
    return (await presence.of(acme, ids)).filter(({ state }) => state === 'online').length;
  };

  it('are renewed a few at a time, and none runs out, however many come and go', async () => {
    const passing: Follower[] = [];
    for (let n = 0; n < MANY; n++) come();
    await clock.advance(0);
    const counts: number[] = [];
    for (let at = 0; at < 3 * LEASE_MS; at += 500) {
      const before = presence.held;
      await clock.advance(500);
      counts.push(presence.held - before);
      for (const one of passing.splice(0)) telling.go(one);
      for (let n = 0; n < 20; n++) passing.push(come());
      await clock.advance(0);
    }
    expect(Math.max(...counts)).toBeLessThan(MANY / 20);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(await online()).toBe(MANY);
  });
});
