import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeCapturedMailsContract } from '#ports/delivery/captured-mails.contract.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteDispatches } from '../delivery/sqlite-dispatches.js';
import { SqliteCapturedMails } from './sqlite-captured-mails.js';

const folder = OneFolder.forThisFile();

describeCapturedMailsContract('SqliteCapturedMails', () => {
  const storage = folder.emptied();
  return Promise.resolve({
    mails: new SqliteCapturedMails(storage),
    dispatches: new SqliteDispatches(storage, new DrivenClock()),
    close: () => Promise.resolve(),
  });
});
