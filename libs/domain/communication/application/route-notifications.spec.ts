import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNotifications } from '#adapters/memory/communication/memory-notifications.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { accepted, type Notification } from '#domain/communication/model/notification.js';
import { aNotification, moved } from '#ports/communication/testing/communication-stores.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { HandOver } from './hand-over.js';
import { RouteNotifications } from './route-notifications.js';

describe('routing what was handed over', () => {
  let clock: DrivenClock;
  let notifications: MemoryNotifications;
  let handOver: HandOver;
  let router: RouteNotifications;
  let taken: string[];
  let work: () => Promise<void>;
  const code = (): Notification =>
    accepted({ ...aNotification({ lane: 'critical' }).order, acceptedAt: START });

  beforeEach(() => {
    clock = new DrivenClock(START);
    notifications = new MemoryNotifications(new MemoryOutbox());
    handOver = new HandOver();
    taken = [];
    work = () => Promise.resolve();
    const whenDue = async (one: Notification): Promise<void> => {
      taken.push(one.order.id);
      await work();
      await notifications.save(one, moved(one, { dueAt: undefined }));
    };
    router = new RouteNotifications({ notifications, handOver, clock, log: new MemoryLog(), whenDue });
  });
  afterEach(() => router.stop());

  it('takes it in hand though nobody has found it yet', () => {
    const one = code();
    router.start();
    handOver.offer(one);
    expect(taken).toEqual([one.order.id]);
  });

  it('does not take up what is in hand already, handed over or found', async () => {
    const one = code();
    let done = (): void => {};
    work = () => new Promise((resolve) => (done = resolve));
    router.start();
    await notifications.accept([one]);
    handOver.offer(one);
    handOver.offer(one);
    await clock.advance(10_000);
    expect(taken).toEqual([one.order.id]);
    done();
  });

  it('takes no more in hand than it has hands: the rest is found when they are free', async () => {
    const many = Array.from({ length: 70 }, code);
    const ends: (() => void)[] = [];
    work = () => new Promise((resolve) => ends.push(resolve));
    router.start();
    for (const one of many) handOver.offer(one);
    expect(taken).toHaveLength(64);
    work = () => Promise.resolve();
    await notifications.accept(many);
    ends.forEach((end) => end());
    await clock.advance(100);
    expect(new Set(taken).size).toBe(70);
  });

  it('takes nothing before it is started, nor after it was stopped', async () => {
    handOver.offer(code());
    router.start();
    await router.stop();
    handOver.offer(code());
    expect(taken).toEqual([]);
  });
});
