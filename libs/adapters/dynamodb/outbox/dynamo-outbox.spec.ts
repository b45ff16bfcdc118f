import { describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { describeOutboxContract } from '#ports/events/outbox.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoOutbox } from './dynamo-outbox.js';

const dynamo = OneDynamo.forThisFile();

describeOutboxContract('DynamoOutbox', async () => {
  const table = await dynamo.fresh();
  const outbox = new DynamoOutbox(table, new CryptoRandomness());
  return {
    outbox,
    append: async (event, at) => {
      expect(await table.transact([outbox.entry(event, at)])).toEqual({ kind: 'done' });
      outbox.appended();
    },
    close: () => Promise.resolve(),
  };
});

describe('the numbers of two processes', () => {
  it('are their own', async () => {
    const table = await dynamo.fresh();
    const outboxes = [...Array(2)].map(() => new DynamoOutbox(table, new CryptoRandomness()));
    const event = { type: 'dispatch.completed', workspaceId: 'w', dispatchId: 'd' } as const;
    const all = outboxes.flatMap((outbox) =>
      [...Array(20)].map(() => outbox.entry(event, 1_790_000_000_000)),
    );
    const results = await Promise.all(all.map((write) => table.transact([write])));
    const written = results.filter(({ kind }) => kind === 'done').length;
    expect(await outboxes[0]?.untold(100)).toHaveLength(written);
    expect(written).toBeGreaterThan(20);
  });
});
