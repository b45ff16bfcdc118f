import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import type { Notification } from '#domain/communication/model/notification.js';
import { aNotification } from '#ports/communication/testing/communication-stores.js';
import { RoutedAtOnce } from './routed-at-once.js';

describe('what a request has accepted and routes itself', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let begun: string[];
  beforeEach(() => {
    clock = new DrivenClock();
    log = new MemoryLog();
    begun = [];
  });
  const routing = (whenDue: (one: Notification) => Promise<void>): RoutedAtOnce =>
    new RoutedAtOnce({
      whenDue: (one) => {
        begun.push(one.order.id);
        return whenDue(one);
      },
      ...{ clock, log },
    });
  const answered = async (routed: RoutedAtOnce): Promise<() => boolean> => {
    let isAnswered = false;
    void routed.settled().then(() => (isAnswered = true));
    await clock.advance(0);
    return () => isAnswered;
  };

  it('is done before the answer', async () => {
    let done = (): void => {};
    const routed = routing(() => new Promise((resolve) => (done = resolve)));
    routed.take(aNotification());
    const isAnswered = await answered(routed);
    expect(isAnswered()).toBe(false);
    done();
    await clock.advance(0);
    expect(isAnswered()).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('holds the answer back for two seconds and no longer', async () => {
    const routed = routing(() => new Promise(() => {}));
    routed.take(aNotification());
    const isAnswered = await answered(routed);
    await clock.advance(1_999);
    expect(isAnswered()).toBe(false);
    await clock.advance(1);
    expect(isAnswered()).toBe(true);
    expect(log.complaints).toEqual(['notifications.routed_late']);
  });

  it('holds nothing back when it fails: others find it', async () => {
    const routed = routing(() => Promise.reject(new Error('The table is away.')));
    routed.take(aNotification());
    expect((await answered(routed))()).toBe(true);
    expect(log.complaints).toEqual(['notifications.not_moved']);
  });

  it('is no more than a request can carry', async () => {
    const routed = routing(() => Promise.resolve());
    for (let n = 0; n < 1_000; n++) routed.take(aNotification());
    await routed.settled();
    expect(begun).toHaveLength(64);
    routed.take(aNotification());
    expect(begun).toHaveLength(65);
  });
});
