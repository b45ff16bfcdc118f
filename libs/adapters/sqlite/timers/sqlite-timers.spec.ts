import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTimersContract } from '#ports/events/timers.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteTimers } from './sqlite-timers.js';

describeTimersContract('SqliteTimers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-timers-'));
  const engine = await SqliteEngine.open(folder);
  const timers = new SqliteTimers(engine.storage);
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(folder, { recursive: true });
  };
  return { timers, close };
});
