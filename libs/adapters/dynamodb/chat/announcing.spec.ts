import { describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import {
  announcedIn,
  type ChatWithOutbox,
  describeAnnouncingContract,
} from '#ports/chat/announcing.contract.js';
import { aConversation, aDraft, edit, messageIn, wholeLog } from '#ports/chat/testing/chat-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { OneDynamo } from '../testing/one-table.js';
import { ChatTable } from './chat-table.js';
import { DynamoBlocks } from './dynamo-blocks.js';
import { DynamoConversations } from './dynamo-conversations.js';
import { DynamoMessageLog } from './dynamo-message-log.js';

const dynamo = OneDynamo.forThisFile();

/** What one process has of the table. */
function another(): ChatWithOutbox {
  const chat = new ChatTable(dynamo.table(), new CryptoRandomness());
  const outbox = new DynamoOutbox(chat.table, chat.randomness);
  return {
    conversations: new DynamoConversations(chat),
    log: new DynamoMessageLog(chat, outbox),
    blocks: new DynamoBlocks(chat),
    outbox,
    close: () => Promise.resolve(),
  };
}

async function open(): Promise<ChatWithOutbox> {
  await dynamo.fresh();
  return another();
}

describeAnnouncingContract('DynamoMessageLog', open);

describe('What is announced of a log on DynamoDB', () => {
  const lose = (times: number): void =>
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times });

  it('is one event a message, though the process dies with its answer and another is asked again', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    lose(2);
    const message = messageIn(await stores.log.append(acme, aDraft(of, { clientMessageId: 'c1' }), true));
    await another().log.append(acme, aDraft(of, { clientMessageId: 'c1' }), true);
    lose(1);
    const edited = await stores.log.change(of.id, message.id, edit('Edited'), 'anna', true);
    expect(await announcedIn(another())).toEqual([
      ['created', message],
      ['updated', edited?.message],
    ]);
  });

  it('is what was stored, all of it and nothing else, when one of many cannot be', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    const send = (text: string) => stores.log.append(acme, aDraft(of, { text }), true);
    await Promise.allSettled([send('a'), send('x'.repeat(500_000)), send('b')]);
    const told = (await announcedIn(stores)).map(([, message]) => message);
    expect(told).toEqual(await wholeLog(stores, of));
    expect(told.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('is one event a message of two processes that say the same at once', async () => {
    const processes = [await open(), another()];
    const of = await aConversation().openedIn(processes[0]!);
    await allAtOnce(10, (i) =>
      processes[i % 2]!.log.append(acme, aDraft(of, { clientMessageId: 'c1' }), true),
    );
    expect((await announcedIn(another())).map(([, message]) => message)).toEqual(
      await wholeLog(another(), of),
    );
  });
});
