import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describePresenceContract } from '#ports/chat/presence.contract.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoPresence } from './dynamo-presence.js';

const dynamo = OneDynamo.forThisFile();
beforeEach(() => dynamo.fresh());

describePresenceContract('DynamoPresence', () => {
  const clock = new DrivenClock(START);
  return {
    presence: new DynamoPresence(dynamo.table(), clock),
    now: () => clock.now(),
    pass: (ms) => clock.advance(ms),
  };
});

describe('DynamoPresence', () => {
  it('is the same in every process, though answers are lost', async () => {
    const clock = new DrivenClock(START);
    const here = new DynamoPresence(dynamo.table(), clock);
    const there = new DynamoPresence(dynamo.table(), clock);
    dynamo.fake?.plan({ operation: 'PutItem', how: 'lost', times: 1 });
    await here.hold(acme, 'anna', { id: 'phone', state: 'online' }, 60_000);
    expect(await there.of(acme, ['anna'])).toMatchObject([{ state: 'online' }]);
    await clock.advance(1_000);
    dynamo.fake?.plan({ operation: 'UpdateItem', how: 'lost', times: 1 });
    dynamo.fake?.plan({ operation: 'DeleteItem', how: 'lost', times: 1 });
    await there.drop(acme, 'anna', 'phone');
    expect(await here.of(acme, ['anna'])).toEqual([
      { userId: 'anna', state: 'offline', lastSeenAt: START + 1_000 },
    ]);
  });
});
