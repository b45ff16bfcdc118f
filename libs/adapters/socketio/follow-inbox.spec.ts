import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { anInboxItem } from '#ports/communication/testing/communication-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { FollowInbox } from './follow-inbox.js';

describe('following what changes in inboxes', () => {
  let inbox: MemoryInbox;
  let clock: DrivenClock;
  let log: MemoryLog;
  let told: string[];
  let audience: { isEmpty: boolean; tell: ConstructorParameters<typeof FollowInbox>[1]['tell'] };
  let follow: FollowInbox;
  beforeEach(() => {
    inbox = new MemoryInbox();
    clock = new DrivenClock();
    log = new MemoryLog();
    told = [];
    audience = { isEmpty: false, tell: async (items) => void told.push(...items.map(({ id }) => id)) };
    follow = new FollowInbox({ inbox, clock, log }, audience);
  });
  const put = async (): Promise<string> => {
    const item = anInboxItem();
    await inbox.put([item]);
    await clock.advance(0);
    return item.id;
  };

  it('begins with what is put after it', async () => {
    await put();
    await follow.start();
    const ids = [await put(), await put()];
    expect(told).toEqual(ids);
    await follow.stop();
    await put();
    expect(told).toEqual(ids);
    expect(clock.waiting).toBe(0);
  });

  it('tells of everything, however much is put at once', async () => {
    await follow.start();
    const items = Array.from({ length: 1_001 }, () => anInboxItem());
    await inbox.put(items);
    await clock.advance(0);
    expect(told).toEqual(items.map(({ id }) => id));
    await follow.stop();
  });

  it('reads nothing while nobody is there, and begins with what is put after somebody came', async () => {
    let reads = 0;
    const changesSince = inbox.changesSince.bind(inbox);
    inbox.changesSince = (...args) => {
      reads += 1;
      return changesSince(...args);
    };
    audience.isEmpty = true;
    await follow.start();
    await put();
    await clock.advance(60_000);
    expect(reads).toBe(0);
    audience.isEmpty = false;
    const id = await put();
    expect(told).toEqual([id]);
    await follow.stop();
  });

  it('misses nothing for whoever comes while it looks what the last change is', async () => {
    audience.isEmpty = true;
    await follow.start();
    await clock.advance(0);
    const lastChange = inbox.lastChange.bind(inbox);
    inbox.lastChange = async () => {
      // They have read their inbox already: it did not hold what is put now.
      audience.isEmpty = false;
      return lastChange();
    };
    const id = await put();
    expect(told).toEqual([id]);
    await follow.stop();
  });

  it('tells of a step as of a putting, with the item as it is now', async () => {
    const id = await put();
    await follow.start();
    const item = await inbox.find(acme, id);
    await inbox.save({ ...item!, state: 'read', readAt: 1 });
    await clock.advance(0);
    expect(told).toEqual([id]);
    await follow.stop();
  });

  it('looks again after a while when the storage failed, and says so each time', async () => {
    await follow.start();
    const changesSince = inbox.changesSince.bind(inbox);
    inbox.changesSince = () => Promise.reject(new Error('The disk is gone.'));
    const id = await put();
    await clock.advance(3_000);
    expect(log.complaints).toEqual(['inbox.unreadable', 'inbox.unreadable']);
    inbox.changesSince = changesSince;
    await clock.advance(3_000);
    expect(told).toEqual([id]);
    await follow.stop();
  });

  it('tells again of what could not be told', async () => {
    await follow.start();
    const { tell } = audience;
    audience.tell = () => Promise.reject(new Error('Nobody can be counted.'));
    const id = await put();
    expect([told, log.complaints]).toEqual([[], ['inbox.unreadable']]);
    audience.tell = tell;
    await clock.advance(3_000);
    expect(told).toEqual([id]);
    await follow.stop();
  });
});
