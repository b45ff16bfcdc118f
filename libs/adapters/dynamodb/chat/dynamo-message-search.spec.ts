import { describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { StorageBusy } from '#domain/kernel/storage-busy.js';
import { parseSearchQuery } from '#domain/chat/model/search-query.js';
import { describeMessageSearchContract, type SearchedChat } from '#ports/chat/message-search.contract.js';
import { aConversation, append, appendMany, edit } from '#ports/chat/testing/chat-stores.js';
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

async function open(effort?: number, block?: number): Promise<SearchedChat> {
  const chat = new ChatTable(await dynamo.fresh(), new CryptoRandomness(), block);
  return {
    conversations: new DynamoConversations(chat),
    log: new DynamoMessageLog(chat, new DynamoOutbox(chat.table, chat.randomness)),
    blocks: new DynamoBlocks(chat),
    search: new DynamoMessageSearch(chat, effort),
    close: () => Promise.resolve(),
  };
}

describeMessageSearchContract('DynamoMessageSearch, of logs in blocks of two', () => open(undefined, 2));

describe('DynamoMessageSearch', () => {
  it.each([128, 8])(
    'gives up a page for which too much has to be looked through, and goes on where it was: blocks of %i',
    async (block) => {
      const its = await open(20, block);
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
    },
  );

  const wordsLeft = async (): Promise<string[]> =>
    ((await dynamo.fake?.scan(dynamo.name)) ?? [])
      .map(({ pk, sk }) => [(pk as { S: string }).S, (sk as { S: string }).S] as const)
      .flatMap(([pk, sk]) => (pk.startsWith('CHAT-WORDS#') ? [sk] : []))
      .sort();
  const textsOf = async ({ search }: SearchedChat, text: string): Promise<string[]> => {
    const all = await everyPage((after) =>
      search.search(acme, 'anna', parseSearchQuery(text), { limit: 9, after }),
    );
    return all.map(({ message }) => message.text);
  };

  it('reads little of what was looked through once: for a rare word one page, where it took many', async () => {
    const its = await open(200, 32);
    const of = await aConversation().openedIn(its);
    await append(its, of, { text: 'needle' });
    await appendMany(its, of, 320);
    const pages = async (text: string): Promise<number> => {
      let count = 0;
      await everyPage((after) => {
        count += 1;
        return its.search.search(acme, 'anna', parseSearchQuery(text), { limit: 5, after });
      });
      return count;
    };
    expect(await pages('needle')).toBeGreaterThan(1);
    expect(await wordsLeft()).toHaveLength(10);
    // Ten items of words, for what sixteen messages cost each, and the end of the log.
    expect(await pages('nee*')).toBe(1);
    expect(await textsOf(its, 'needle from:anna')).toEqual(['needle']);
  });

  it('finds what a message says since it was changed, though its block had been looked through', async () => {
    const its = await open(undefined, 4);
    const of = await aConversation().openedIn(its);
    const [first, second] = await appendMany(its, of, 9);
    expect(await textsOf(its, 'nothing')).toEqual([]);
    expect(await wordsLeft()).toEqual([expect.stringMatching(/^W#0+$/), expect.stringMatching(/^W#0+1$/)]);
    await its.log.change(of.id, first!.id, edit('needle'));
    expect(await wordsLeft()).toEqual([
      expect.stringMatching(/^CHANGED#0+$/),
      expect.stringMatching(/^W#0+1$/),
    ]);
    expect(await textsOf(its, 'needle')).toEqual(['needle']);
    const pinned = { pinnedAt: START };
    await its.log.change(of.id, second!.id, (message) => ({ ...message, ...pinned }));
    expect(await wordsLeft()).toHaveLength(3);
  });

  it('writes down no words of what was changed, or cut off, while they were read', async () => {
    const table = await dynamo.fresh();
    const chat = new ChatTable(table, new CryptoRandomness(), 4);
    const another = new ChatTable(dynamo.table(), new CryptoRandomness(), 4);
    const log = new DynamoMessageLog(another, new DynamoOutbox(another.table, another.randomness));
    const conversations = new DynamoConversations(chat);
    const search = new DynamoMessageSearch(chat);
    const its = {
      conversations,
      log,
      blocks: new DynamoBlocks(chat),
      search,
      close: () => Promise.resolve(),
    };
    const of = await aConversation().openedIn(its);
    const [first] = await appendMany(its, of, 9);
    const meanwhile = [() => log.change(of.id, first!.id, edit('needle')), () => log.cut(START + 9e9, 1)];
    const { transact } = table;
    for (const act of meanwhile) {
      let isDone = false;
      table.transact = (async (writes) => {
        const of = writes.flatMap((write) => (write.kind === 'put' ? [write.item.sk] : []));
        if (!isDone && of.some((sk) => /^W#0+$/.test(sk))) {
          isDone = true;
          await act();
        }
        return transact.call(table, writes);
      }) as typeof transact;
      await textsOf(its, 'whatever');
      expect(isDone).toBe(true);
      expect(await wordsLeft()).toEqual([
        expect.stringMatching(/^CHANGED#0+$/),
        expect.stringMatching(/^W#0+1$/),
      ]);
      table.transact = transact;
      await textsOf(its, 'needle');
      if (act === meanwhile[0]) await log.change(of.id, first!.id, edit('another'));
    }
    expect(await textsOf(its, 'another')).toEqual([]);
    await log.cut(START + 9e9, 100);
    expect(await wordsLeft()).toEqual([]);
  });

  it('finds all the same where no words can be written down', async () => {
    const table = await dynamo.fresh();
    const chat = new ChatTable(table, new CryptoRandomness(), 4);
    const its = {
      conversations: new DynamoConversations(chat),
      log: new DynamoMessageLog(chat, new DynamoOutbox(table, chat.randomness)),
      blocks: new DynamoBlocks(chat),
      search: new DynamoMessageSearch(chat),
      close: () => Promise.resolve(),
    };
    const of = await aConversation().openedIn(its);
    await append(its, of, { text: 'needle' });
    await appendMany(its, of, 8);
    table.transact = () => Promise.reject(new StorageBusy('a test'));
    expect(await textsOf(its, 'needle')).toEqual(['needle']);
    expect(await wordsLeft()).toEqual([]);
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
