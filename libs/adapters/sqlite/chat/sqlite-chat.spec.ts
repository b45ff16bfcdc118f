import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeBlocksContract } from '#ports/chat/blocks.contract.js';
import { describeConversationsContract } from '#ports/chat/conversations.contract.js';
import { describeMessageLogContract } from '#ports/chat/message-log.contract.js';
import {
  aConversation,
  aDraft,
  append,
  appendMany,
  type ChatStores,
  edit,
  seqsOf,
  wholeLog,
} from '#ports/chat/testing/chat-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteBlocks } from './sqlite-blocks.js';
import { SqliteConversations } from './sqlite-conversations.js';
import { SqliteMessageLog } from './sqlite-message-log.js';

const folder = OneFolder.forThisFile();

function open(): Promise<ChatStores> {
  const storage = folder.emptied();
  return Promise.resolve({
    conversations: new SqliteConversations(storage),
    log: new SqliteMessageLog(storage),
    blocks: new SqliteBlocks(storage),
    close: () => Promise.resolve(),
  });
}

describeConversationsContract('SqliteConversations', open);
describeMessageLogContract('SqliteMessageLog', open, 60);
describeBlocksContract('SqliteBlocks', open);

describe('SqliteMessageLog', () => {
  it('loses none of those whose commit failed for the fault of one of them', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    const send = (text: string) => stores.log.append(acme, aDraft(of, { text }));
    const results = await Promise.allSettled([send('a'), send('b'), send(null as never), send('c')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const kept = await wholeLog(stores, of);
    expect(seqsOf(kept)).toEqual([1, 2, 3]);
    expect(kept.map(({ text }) => text).sort()).toEqual(['a', 'b', 'c']);
  });

  it('hints at whatever others are to hear of, and at nothing else', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    let hints = 0;
    const stop = folder.engine.storage.on('chat', () => (hints += 1));
    /** A hint comes after the answer, at the latest before that of the next write. */
    const hintsOf = async (act: () => Promise<unknown>): Promise<number> => {
      hints = 0;
      await act();
      await stores.conversations.rename(acme, of.id, 'Settled');
      return hints;
    };
    const [message] = await appendMany(stores, of, 1);
    await hintsOf(() => Promise.resolve());
    expect(await hintsOf(() => append(stores, of, { clientMessageId: 'c1' }))).toBe(1);
    expect(await hintsOf(() => append(stores, of, { clientMessageId: 'c1' }))).toBe(0);
    expect(await hintsOf(() => stores.log.append(acme, aDraft(of, { senderId: 'dora' })))).toBe(0);
    expect(await hintsOf(() => stores.log.change(of.id, message!.id, edit('x')))).toBe(1);
    expect(await hintsOf(() => stores.log.change(of.id, message!.id, (same) => same))).toBe(0);
    expect(await hintsOf(() => stores.log.advance(of.id, 'ben', { readSeq: 1 }))).toBe(1);
    expect(await hintsOf(() => stores.log.advance(of.id, 'ben', { readSeq: 1 }))).toBe(0);
    stop();
  });

  it('keeps what was acknowledged, its order and its names across a restart', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'posthorn-chat-again-'));
    const start = async () => {
      const own = await SqliteEngine.open(elsewhere);
      const conversations = new SqliteConversations(own.storage);
      const stores = {
        conversations,
        log: new SqliteMessageLog(own.storage),
        blocks: new SqliteBlocks(own.storage),
      };
      return { ...stores, close: () => own.close() };
    };
    const before = await start();
    const of = await aConversation().openedIn(before);
    const first = await append(before, of, { clientMessageId: 'c1' });
    await before.close();
    const after = await start();
    expect(await append(after, of, { clientMessageId: 'c1' })).toEqual(first);
    expect((await append(after, of)).seq).toBe(2);
    await after.close();
    rmSync(elsewhere, { recursive: true, force: true });
  });
});
