import { describe, expect, it } from '@jest/globals';
import { parseSearchQuery } from '#domain/chat/model/search-query.js';
import { describeMessageSearchContract, type SearchedChat } from '#ports/chat/message-search.contract.js';
import { aConversation, append } from '#ports/chat/testing/chat-stores.js';
import { acme, everyPage } from '#ports/delivery/testing/delivery-stores.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { matchOf } from './match-of.js';
import { SqliteBlocks } from './sqlite-blocks.js';
import { SqliteConversations } from './sqlite-conversations.js';
import { SqliteMessageLog } from './sqlite-message-log.js';
import { SqliteMessageSearch } from './sqlite-message-search.js';
import { PORTION } from './words-procedures.js';

const folder = OneFolder.forThisFile();

function open(): Promise<SearchedChat> {
  const storage = folder.emptied();
  return Promise.resolve({
    conversations: new SqliteConversations(storage),
    log: new SqliteMessageLog(storage),
    blocks: new SqliteBlocks(storage),
    search: new SqliteMessageSearch(storage),
    close: () => Promise.resolve(),
  });
}

describeMessageSearchContract('SqliteMessageSearch', open);

const SEGMENTS = 'SELECT count(DISTINCT segid) AS count FROM chat_search_idx';

async function look({ search }: SearchedChat, words = 'word') {
  const page = await search.search(acme, 'anna', parseSearchQuery(words), { limit: 10 });
  return page.data;
}

describe('SqliteMessageSearch', () => {
  it('gives up a page for which too much has to be looked through, and goes on where it was', async () => {
    const stores = await open();
    const few = new SqliteMessageSearch(folder.engine.storage, 10);
    const theirs = await aConversation().with('anna', 'ben').openedIn(stores);
    // More conversations than are looked into one by one.
    for (let i = 0; i < 70; i++) await aConversation().with('zoe').openedIn(stores);
    const ours = await aConversation().with('anna', 'zoe').openedIn(stores);
    const first = await append(stores, ours, { text: 'word' });
    for (let i = 0; i < 35; i++) await append(stores, theirs, { text: 'word' });
    const sizes: number[] = [];
    const all = await everyPage(async (after) => {
      const page = await few.search(acme, 'zoe', parseSearchQuery('word'), { limit: 5, after });
      sizes.push(page.data.length);
      return page;
    });
    expect(all.map(({ message }) => message.id)).toEqual([first.id]);
    expect(sizes).toEqual([0, 0, 0, 1]);
  });

  it('keeps its index as whole as if it had been made of the messages that are there', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    for (const text of ['one', 'two', 'three']) await append(stores, of, { text });
    await look(stores);
    await stores.log.cut(Infinity, 2);
    folder.onTheFile((db) => {
      db.exec("INSERT INTO chat_search (chat_search, rank) VALUES ('integrity-check', 0)");
      expect(db.prepare('SELECT count(*) AS count FROM chat_search').get()).toEqual({ count: 1 });
    });
  });

  it('is kept in order in small steps, and never all at once', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    for (let i = 0; i < 40; i++) {
      await append(stores, of, { text: `word ${i}` });
      await look(stores);
    }
    const segments = (): number => folder.onTheFile((db) => Number(db.prepare(SEGMENTS).get()?.['count']));
    expect(segments()).toBeLessThan(8);
  });

  it('has the words of more than is written down at once, and of what is long', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    const many = Array.from({ length: PORTION + 10 }, (_, i) => append(stores, of, { text: `short ${i}` }));
    await Promise.all(many);
    for (const text of ['long '.repeat(20_000), 'longer '.repeat(10_000)]) await append(stores, of, { text });
    const found = await everyPage((after) =>
      stores.search.search(acme, 'anna', parseSearchQuery('short'), { limit: 100, after }),
    );
    expect(found).toHaveLength(PORTION + 10);
    expect(await look(stores, 'longer')).toHaveLength(1);
  });

  it('finds what has its words where no more can be written', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    await append(stores, of, { text: 'word one' });
    await look(stores);
    await append(stores, of, { text: 'word two' });
    folder.onTheFile((db) =>
      db.exec(
        "CREATE TRIGGER full_disk BEFORE UPDATE ON chat_words BEGIN SELECT raise(ABORT, 'disk full'); END",
      ),
    );
    expect((await look(stores)).map(({ message }) => message.text)).toEqual(['word one']);
    folder.onTheFile((db) => db.exec('DROP TRIGGER full_disk'));
    expect(await look(stores)).toHaveLength(2);
  });

  it('writes nothing where nothing is missing', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    await append(stores, of, { text: 'word' });
    await look(stores);
    const { storage } = folder.engine;
    const written: string[] = [];
    const { calls } = storage;
    const watched = Object.assign(Object.create(storage) as typeof storage, {
      calls: (store: never) => {
        const of = calls.call(storage, store);
        const write = (procedure: never, args: never) => (written.push(procedure), of.write(procedure, args));
        return { ...of, write };
      },
    });
    expect(await look({ ...stores, search: new SqliteMessageSearch(watched) })).toHaveLength(1);
    expect(written).toEqual([]);
    await append(stores, of, { text: 'another word' });
    await look({ ...stores, search: new SqliteMessageSearch(watched) });
    expect(written).toEqual(['writeWords']);
  });

  it('writes each word in quotes, so that nothing of it is an operator', () => {
    const query = parseSearchQuery('NEAR( or "a b" cc* from:x@y has:attachment');
    expect(matchOf(query, [1, 2])).toBe(
      'text : ("near" AND "or" AND "a b" AND "cc" *) AND about : (("c1" OR "c2") AND "u784079" AND "a")',
    );
    expect(matchOf(query, [])).toBeUndefined();
  });
});
