import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOutboxContract } from '#ports/events/outbox.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteOutbox } from './sqlite-outbox.js';

describeOutboxContract('SqliteOutbox', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-outbox-'));
  const engine = await SqliteEngine.open(folder);
  const outbox = new SqliteOutbox(engine.storage);
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(folder, { recursive: true });
  };
  return { outbox, append: (event, at) => outbox.append(event, at), close };
});
