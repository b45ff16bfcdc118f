import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll } from '@jest/globals';
import { type ChatWithFiles, describeAttachmentsContract } from '#ports/chat/attachments.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteAttachments } from './sqlite-attachments.js';
import { SqliteBlocks } from './sqlite-blocks.js';
import { SqliteConversations } from './sqlite-conversations.js';
import { SqliteMessageLog } from './sqlite-message-log.js';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-attachments-'));
let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(folder);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const TABLES = [
  'chat_conversations',
  'chat_members',
  'chat_messages',
  'chat_mentions',
  'chat_blocks',
  'chat_attachment_holds',
  'chat_attachments',
];

function open(): Promise<ChatWithFiles> {
  const db = new DatabaseSync(join(folder, 'posthorn.db'), { timeout: 5000 });
  db.exec(TABLES.map((table) => `DELETE FROM ${table};`).join('\n'));
  db.close();
  const { storage } = engine;
  return Promise.resolve({
    conversations: new SqliteConversations(storage),
    log: new SqliteMessageLog(storage),
    blocks: new SqliteBlocks(storage),
    attachments: new SqliteAttachments(storage),
    close: () => Promise.resolve(),
  });
}

describeAttachmentsContract('SqliteAttachments', open);
