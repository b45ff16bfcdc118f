import { describe, expect, it } from '@jest/globals';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeCapturedMailsContract } from '#ports/delivery/captured-mails.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoCapturedMails } from './dynamo-captured-mails.js';

const dynamo = OneDynamo.forThisFile();

const open = async () => {
  const table = await dynamo.fresh();
  // Whose a mail is, is asked through a port: any ledger will do.
  const backbone = new MemoryDeliveryBackbone(new MemoryOutbox(), new CountingIds(), new DrivenClock(START));
  const dispatches = new MemoryDispatches(backbone);
  return { mails: new DynamoCapturedMails(table, dispatches), dispatches, close: () => Promise.resolve() };
};
describeCapturedMailsContract('DynamoCapturedMails', open);

const mail = (n: number, text = `${n}`) => ({
  deliveryId: `dlv_${n}`,
  from: 'us@example.com',
  to: `r${n}@example.com`,
  subject: `${n}`,
  text,
  headers: {},
});
const itemsOf = async (kind: string) =>
  ((await dynamo.fake?.scan(dynamo.name)) ?? []).filter(({ pk }) =>
    (pk as { S: string }).S.startsWith(`${kind}#`),
  );

describe('captured mails in DynamoDB', () => {
  it('may be larger than an item', async () => {
    const { mails } = await open();
    const large = mail(1, 'Grüße '.repeat(120_000));
    const [id = ''] = await mails.append({ key: 'call', messages: [large], at: START, keep: 10 });
    expect(await mails.find(id)).toEqual({ ...large, id, at: START });
  });

  it('are kept once by a call that died before it was on the lists, and leave nothing when they go', async () => {
    const { mails } = await open();
    const messages = Array.from({ length: 30 }, (_, n) => mail(n));
    const call = { key: 'call', messages, at: START, keep: 30 };
    dynamo.fake?.plan({
      operation: 'TransactWriteItems',
      how: 'ProvisionedThroughputExceededException',
      times: 9,
    });
    await expect(mails.append(call)).rejects.toThrow('cannot take this now');
    expect((await mails.page({ limit: 10 })).data).toEqual([]);
    const ids = await mails.append(call);
    expect(await mails.append(call)).toEqual(ids);
    expect(await itemsOf('CAPMAIL')).toHaveLength(60);
    await mails.append({ ...call, key: 'next' });
    const page = await mails.page({ limit: 100 });
    expect(page.data).toHaveLength(30);
    expect(page.data.map(({ id }) => id)).not.toContain(ids[29]);
    expect(await itemsOf('CAPMAIL')).toHaveLength(60);
    expect(await itemsOf('CAPCALL')).toHaveLength(1);
  });

  it('are kept once where the answer was lost', async () => {
    const { mails } = await open();
    for (const operation of ['UpdateItem', 'TransactWriteItems'])
      dynamo.fake?.plan({ operation, how: 'lost', times: 1 });
    const call = { key: 'call', messages: [mail(1), mail(2)], at: START, keep: 10 };
    const ids = await mails.append(call);
    expect(await mails.append(call)).toEqual(ids);
    expect((await mails.page({ limit: 10 })).data.map(({ id }) => id)).toEqual([...ids].reverse());
  });
});
