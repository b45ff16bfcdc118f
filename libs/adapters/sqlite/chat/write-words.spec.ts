import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aConversation, append, type ChatStores } from '#ports/chat/testing/chat-stores.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteBlocks } from './sqlite-blocks.js';
import { SqliteConversations } from './sqlite-conversations.js';
import { SqliteMessageLog } from './sqlite-message-log.js';
import { GATHER_MS, WriteWords } from './write-words.js';

const folder = OneFolder.forThisFile();

describe('the words of what was said', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let words: WriteWords;
  let stores: ChatStores;
  let of: Conversation;
  beforeEach(async () => {
    const storage = folder.emptied();
    clock = new DrivenClock();
    log = new MemoryLog();
    words = new WriteWords(storage, clock, log);
    stores = {
      conversations: new SqliteConversations(storage),
      log: new SqliteMessageLog(storage),
      blocks: new SqliteBlocks(storage),
      close: () => Promise.resolve(),
    };
    of = await aConversation().openedIn(stores);
  });
  afterEach(() => words.stop());

  const written = (): number =>
    folder.onTheFile((db) =>
      Number(db.prepare('SELECT count(*) AS count FROM chat_search').get()?.['count']),
    );
  const say = (text: string) => append(stores, of, { text });

  it('are written down though nobody looks for them, of several messages at once', async () => {
    words.start();
    // It rests once it has looked.
    while (clock.waiting === 0) await new Promise(setImmediate);
    await say('one');
    // What a commit signals comes before the answer of the next.
    await say('two');
    expect(written()).toBe(0);
    await clock.advance(GATHER_MS);
    await words.stop();
    expect(written()).toBe(2);
    expect(clock.waiting).toBe(0);
  });

  it('are written down when it starts, if it has died before', async () => {
    await say('said before');
    words.start();
    await words.stop();
    expect(written()).toBe(1);
  });

  it('wait where they cannot be written, which is logged, and are written later', async () => {
    await say('one');
    folder.onTheFile((db) => db.exec('ALTER TABLE chat_words RENAME TO chat_words_away'));
    words.start();
    await words.stop();
    expect(log.entries.map(({ event }) => event)).toEqual(['chat.words_unwritten']);
    folder.onTheFile((db) => db.exec('ALTER TABLE chat_words_away RENAME TO chat_words'));
    const again = new WriteWords(folder.engine.storage, clock, log);
    again.start();
    await again.stop();
    expect(written()).toBe(1);
  });
});
