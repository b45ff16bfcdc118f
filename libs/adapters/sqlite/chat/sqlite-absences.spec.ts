import { describeAbsencesContract } from '#ports/chat/absences.contract.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteAbsences } from './sqlite-absences.js';

const folder = OneFolder.forThisFile();

describeAbsencesContract('SqliteAbsences', () => {
  return Promise.resolve({ absences: new SqliteAbsences(folder.emptied()), close: () => Promise.resolve() });
});
