import { describeTimersContract } from '#ports/events/timers.contract.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteTimers } from './sqlite-timers.js';

const folder = OneFolder.forThisFile();

describeTimersContract('SqliteTimers', () =>
  Promise.resolve({ timers: new SqliteTimers(folder.emptied()), close: () => Promise.resolve() }),
);
