import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll } from '@jest/globals';
import { describeAbsencesContract } from '#ports/chat/absences.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteAbsences } from './sqlite-absences.js';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-absences-'));
let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(folder);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

describeAbsencesContract('SqliteAbsences', () => {
  const db = new DatabaseSync(join(folder, 'posthorn.db'), { timeout: 5000 });
  db.exec('DELETE FROM chat_absences');
  db.close();
  return Promise.resolve({ absences: new SqliteAbsences(engine.storage), close: () => Promise.resolve() });
});
