import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeCapturedMailsContract } from '#ports/delivery/captured-mails.contract.js';
import { SqliteDispatches } from '../delivery/sqlite-dispatches.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteCapturedMails } from './sqlite-captured-mails.js';

describeCapturedMailsContract('SqliteCapturedMails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-captured-'));
  const engine = await SqliteEngine.open(folder);
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(folder, { recursive: true });
  };
  return {
    mails: new SqliteCapturedMails(engine.storage),
    dispatches: new SqliteDispatches(engine.storage, new DrivenClock()),
    close,
  };
});
