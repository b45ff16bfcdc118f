import { beforeEach, describe, expect, it } from '@jest/globals';
import { OneDynamo } from '#adapters/dynamodb/testing/one-table.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { type LaneFellowship, laneFellowship } from './lane-fellowship.js';

const dynamo = OneDynamo.forThisFile();
beforeEach(() => dynamo.fresh());

describe('lane functions over one table', () => {
  let clock: DrivenClock;
  let made = 0;
  beforeEach(() => void (clock = new DrivenClock()));
  const aFunction = (): LaneFellowship =>
    laneFellowship({
      config: { aws: { fellowLeaseMs: 10_000 } },
      table: dynamo.table(clock),
      ids: new MonotonicUlids(clock, new SeededRandomness(++made)),
      log: new MemoryLog(),
      clock,
    });
  const share = ({ company }: LaneFellowship) => company.shares.share();

  it('have all of a rate for whoever works alone, and nothing at once for who comes while it does', async () => {
    const [one, other] = [aFunction(), aFunction()];
    await one.during(async () => {
      expect(share(one)).toEqual({ rank: 0, of: 1 });
      await other.during(async () => expect(share(other)).toBeUndefined());
    });
  });

  it('forget whoever has been frozen for longer than a lease, and that one knows it', async () => {
    const [one, other] = [aFunction(), aFunction()];
    await one.during(async () => {});
    expect(clock.waiting).toBe(0);
    await clock.advance(3_000);
    expect(share(one)).toBeUndefined();
    await other.during(async () => {
      expect(share(other)).toEqual({ rank: 0, of: 1 });
      await one.during(async () => expect(share(one)).toBeUndefined());
    });
  });

  it('are there again at once after a short break', async () => {
    const one = aFunction();
    await one.during(async () => {});
    await clock.advance(1_000);
    await one.during(async () => expect(share(one)).toEqual({ rank: 0, of: 1 }));
  });
});
