import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import { aConnection, describeConnectionsContract } from '#ports/chat/connections.contract.js';
import { CONNECTION_LIVES_MS } from '#ports/chat/connections.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { key } from '../engine/keys.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoConnections } from './dynamo-connections.js';

const dynamo = OneDynamo.forThisFile();
const talk = 'cnv_talk' as ConversationId;

describeConnectionsContract('DynamoConnections', async () => {
  const clock = new DrivenClock(START);
  const connections = new DynamoConnections(await dynamo.fresh(), clock);
  return {
    connections: dynamo.caughtUpFor(connections, 'lapsed'),
    pass: (ms) => clock.advance(ms),
    many: 24,
  };
});

describe('DynamoConnections', () => {
  const twoProcesses = async (): Promise<[DynamoConnections, DynamoConnections]> => {
    const clock = new DrivenClock(START);
    const one = new DynamoConnections(await dynamo.fresh(), clock);
    return [one, new DynamoConnections(dynamo.table(), clock)];
  };

  it('are the same in every process, though answers are lost and the table is throttled', async () => {
    const [one, other] = await twoProcesses();
    const phone = aConnection('phone=');
    dynamo.fake?.plan({ operation: 'PutItem', how: 'lost', times: 3 });
    await one.open(phone);
    expect(await other.follow(phone, talk, { seq: 1, rev: 0 })).toMatchObject({});
    dynamo.fake?.plan({ operation: 'UpdateItem', how: 'lost', times: 1 });
    await one.advance(acme, talk, 'phone=', { seq: 2, rev: 0 });
    dynamo.fake?.plan({ how: 'ProvisionedThroughputExceededException', times: 2 });
    expect(await other.followers(acme, talk)).toMatchObject([{ position: { seq: 2, rev: 0 } }]);
    expect(await other.close('phone=')).toMatchObject({ connection: { id: 'phone=' }, followed: [talk] });
    expect(await one.followers(acme, talk)).toEqual([]);
  });

  it('are forgotten wholly though somebody died while closing one', async () => {
    const [one, other] = await twoProcesses();
    const phone = aConnection('phone=');
    await one.open(phone);
    await one.follow(phone, talk, { seq: 1, rev: 0 });
    await dynamo.table().delete({ pk: key('CONN', 'phone='), sk: 'META' });
    expect(await other.followers(acme, talk)).toHaveLength(1);
    // As who tells it something does, being answered that it has gone.
    expect(await other.close('phone=')).toBeUndefined();
    expect(await other.followers(acme, talk)).toEqual([]);
  });

  it('have not lapsed when they were heard of, though the index has not', async () => {
    const [one, other] = await twoProcesses();
    const [phone, desk] = [
      aConnection('phone=', { lapsesAt: START }),
      aConnection('desk=', { lapsesAt: START }),
    ];
    for (const each of [phone, desk]) await one.open(each);
    dynamo.catchUp();
    await one.change('phone=', { tokenUntil: START + 9e6, lapsesAt: START + 6e5 });
    expect((await other.lapsed(START + 1, 10)).map(({ id }) => id)).toEqual(['desk=']);
    await one.close('desk=');
    expect(await other.lapsed(START + 1, 10)).toEqual([]);
  });

  it('are over after their time, whether their items have expired by then or not', async () => {
    const clock = new DrivenClock(START);
    const connections = new DynamoConnections(await dynamo.fresh(), clock);
    const phone = aConnection('phone=');
    await connections.open(phone);
    await connections.follow(phone, talk, { seq: 1, rev: 0 });
    await clock.advance(CONNECTION_LIVES_MS);
    expect(await connections.find('phone=')).toBeUndefined();
    expect(await connections.followers(acme, talk)).toEqual([]);
    await dynamo.fake?.expire(clock.now());
    expect((await dynamo.fake?.scan(dynamo.name)) ?? []).toEqual([]);
    expect(await connections.close('phone=')).toBeUndefined();
  });

  it('leave nothing behind of a connection that was closed', async () => {
    const [one] = await twoProcesses();
    const phone = aConnection('phone=');
    await one.open(phone);
    await one.follow(phone, talk, { seq: 1, rev: 0 });
    await one.close('phone=');
    expect((await dynamo.fake?.scan(dynamo.name)) ?? []).toEqual([]);
  });
});
