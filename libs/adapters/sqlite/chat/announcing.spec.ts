import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Message } from '#domain/chat/model/message.js';
import { announcedIn, describeAnnouncingContract } from '#ports/chat/announcing.contract.js';
import { aConversation, aDraft, wholeLog } from '#ports/chat/testing/chat-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteBlocks } from './sqlite-blocks.js';
import { SqliteConversations } from './sqlite-conversations.js';
import { SqliteMessageLog } from './sqlite-message-log.js';

const folder = OneFolder.forThisFile();
const storesOf = (storage: SqliteStorage) => ({
  conversations: new SqliteConversations(storage),
  log: new SqliteMessageLog(storage),
  blocks: new SqliteBlocks(storage),
  outbox: new SqliteOutbox(storage),
  close: () => Promise.resolve(),
});

describeAnnouncingContract('SqliteMessageLog', () => Promise.resolve(storesOf(folder.emptied())));

describe('What is announced of a log in SQLite', () => {
  it('is what was stored, when a commit failed for the fault of one of many', async () => {
    const stores = storesOf(folder.emptied());
    const of = await aConversation().openedIn(stores);
    const send = (text: string) => stores.log.append(acme, aDraft(of, { text }), true);
    await Promise.allSettled([send('a'), send('b'), send(null as never), send('c')]);
    expect((await announcedIn(stores)).map(([, message]) => message)).toEqual(await wholeLog(stores, of));
  });

  it('is what was stored, all of it and nothing else, after a kill -9 in the middle of many', async () => {
    const killed = mkdtempSync(join(tmpdir(), 'posthorn-announced-'));
    const child = fork(fileURLToPath(new URL('./testing/say-on.js', import.meta.url)), [killed]);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const answered: Message[] = [];
    await new Promise<void>((resolve) =>
      child.on('message', (message) => {
        if (answered.push(message as Message) === 50) resolve();
      }),
    );
    child.kill('SIGKILL');
    await exited;
    const engine = await SqliteEngine.open(killed);
    const stores = storesOf(engine.storage);
    const stored = await stores.log.page(answered[0]!.conversationId, { after: 0, limit: 1_000_000 });
    expect((await announcedIn(stores)).map(([, message]) => message)).toEqual(stored);
    expect(stored).toEqual(expect.arrayContaining(answered));
    await engine.close();
    rmSync(killed, { recursive: true, force: true });
  });
});
