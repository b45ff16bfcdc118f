import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll } from '@jest/globals';
import { describeScheduledMessagesContract } from '#ports/chat/scheduled-messages.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteScheduledMessages } from './sqlite-scheduled-messages.js';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-scheduled-'));
let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(folder);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

describeScheduledMessagesContract('SqliteScheduledMessages', () => {
  const db = new DatabaseSync(join(folder, 'posthorn.db'), { timeout: 5000 });
  db.exec('DELETE FROM chat_scheduled');
  db.close();
  const scheduled = new SqliteScheduledMessages(engine.storage);
  return Promise.resolve({ scheduled, close: () => Promise.resolve() });
});
