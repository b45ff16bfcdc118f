import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStorageProbeContract } from '#ports/system/storage-probe.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteStorageProbe } from './sqlite-storage-probe.js';

describeStorageProbeContract('SqliteStorageProbe', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-probe-'));
  const engine = await SqliteEngine.open(folder);
  const breakStorage = async (): Promise<void> => {
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(join(folder, 'posthorn.db'));
    db.exec('DROP TABLE storage_probes');
    db.close();
  };
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(folder, { recursive: true });
  };
  return { probe: new SqliteStorageProbe(engine.storage), breakStorage, close };
});
