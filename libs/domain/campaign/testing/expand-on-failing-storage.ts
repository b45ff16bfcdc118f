import { acme } from '#ports/campaign/testing/campaign-stores.js';
import { Process, Storage } from './campaign-under-test.js';
import { Life, throughTheLoop } from './mortal.js';
import { addDraft, addPeople, type Journal, pass, sendAll, statusOf } from './sending.js';

/** Run by Node as it is: sends 30 campaigns, of which the nth meets a storage that fails at the nth call, and prints the account. */
const PEOPLE = 45;
const RUNS = 30;
const limits = { page: 10, pagesInTurn: 2, ahead: 50 };
const account = { runs: RUNS, finished: 0, sentToEach: 0, sent: 0 };

for (let at = 1; at <= RUNS; at++) {
  const storage = new Storage();
  const journal: Journal = [];
  const starter = new Process(storage, new Life(), limits);
  const id = await addDraft(storage, starter, [await addPeople(storage, PEOPLE)]);
  await starter.control.start(acme, id);
  const failing = new Process(storage, new Life(at, 'fails', throughTheLoop), limits).start();
  await pass(storage, 3_000);
  await sendAll(storage, journal);
  await pass(storage, 7_000);
  if ((await statusOf(storage, id)) === 'finished') account.finished += 1;
  account.sentToEach += new Set(journal).size;
  account.sent += journal.length;
  await failing.stop();
}
process.stdout.write(JSON.stringify(account));
