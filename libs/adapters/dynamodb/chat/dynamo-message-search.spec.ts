import { describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { parseSearchQuery } from '#domain/chat/model/search-query.js';
import { describeMessageSearchContract, type SearchedChat } from '#ports/chat/message-search.contract.js';
import { aConversation, append } from '#ports/chat/testing/chat-stores.js';
import { acme, everyPage, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import { OneDynamo } from '../testing/one-table.js';
import { ChatTable } from './chat-table.js';
import { DynamoBlocks } from './dynamo-blocks.js';
import { DynamoConversations } from './dynamo-conversations.js';
import { DynamoMessageLog } from './dynamo-message-log.js';
import { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { DynamoMessageSearch } from './dynamo-message-search.js';

const dynamo = OneDynamo.forThisFile();

async function open(effort?: number): Promise<SearchedChat> {
  const chat = new ChatTable(await dynamo.fresh(), new CryptoRandomness());
  return {
    conversations: new DynamoConversations(chat),
    log: new DynamoMessageLog(chat, new DynamoOutbox(chat.table, chat.randomness)),
    blocks: new DynamoBlocks(chat),
    search: new DynamoMessageSearch(chat, effort),
    close: () => Promise.resolve(),
  };
}

describeMessageSearchContract('DynamoMessageSearch', () => open());

describe('DynamoMessageSearch', () => {
  it('gives up a page for which too much has to be looked through, and goes on where it was', async () => {
    const its = await open(20);
    const logs = [await aConversation().openedIn(its), await aConversation().openedIn(its)];
    const first = await append(its, logs[0]!, { text: 'needle' });
    await allAtOnce(120, (i) => append(its, logs[i % 4 === 0 ? 1 : 0]!, { text: 'hay' }));
    const sizes: number[] = [];
    const all = await everyPage(async (after) => {
      const page = await its.search.search(acme, 'anna', parseSearchQuery('needle'), { limit: 5, after });
      sizes.push(page.data.length);
      return page;
    });
    expect(all.map(({ message }) => message.id)).toEqual([first.id]);
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.slice(0, -1).every((size) => size === 0)).toBe(true);
    const hay = await everyPage((after) =>
      its.search.search(acme, 'anna', parseSearchQuery('hay'), { limit: 7, after }),
    );
    expect(hay).toHaveLength(120);
    expect(new Set(hay.map(({ message }) => message.id)).size).toBe(120);
  });

  it('keeps the order of each log whatever the clocks of those say who wrote to it', async () => {
    const its = await open();
    const logs = [await aConversation().openedIn(its), await aConversation().openedIn(its)];
    const times = [5, 1, 9, 3, 4, 8];
    for (const [i, at] of times.entries())
      await append(its, logs[i % 2]!, { text: `word ${i}`, sentAt: START + at });
    const found = await everyPage((after) =>
      its.search.search(acme, 'ben', parseSearchQuery('word'), { limit: 1, after }),
    );
    const ofLog = (log: number) =>
      found
        .filter(({ message }) => message.conversationId === logs[log]!.id)
        .map(({ message }) => message.seq);
    expect([ofLog(0), ofLog(1)]).toEqual([
      [3, 2, 1],
      [3, 2, 1],
    ]);
  });
});
