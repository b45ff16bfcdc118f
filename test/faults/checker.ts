import type { JournalEntry } from '#test/fakes/kit/journal.js';
import { acceptancesIn, isOfCampaign, openLedgerFile, type Row, rowsOf, STATUSES } from './ledger-file.js';

/** What the harness knows from outside: who was to be written to, and what it forbade when. */
export interface Expectation {
  readonly campaignId: string;
  readonly addresses: readonly string[];
  /** Suppressed while nothing was under way: no acceptance may be younger than this. */
  readonly suppressed: ReadonlyMap<string, number>;
  /** From a pause with nothing under way to the resume: [from, to], epoch milliseconds. */
  readonly pauses: readonly (readonly [number, number])[];
  /** A cancel with nothing under way. */
  readonly cancelledAt?: number;
  readonly maxAttempts: number;
  /** Calls in flight x recipients per call x lives lost: the most that may be in doubt. */
  readonly maxUnknown: number;
}

/**
 * Compares a campaign's ledger with the vendors' journals. It shares no code with the product: plain SQL over the file that
 * is left when every process is dead. Each complaint names the promise it breaks.
 */
export function check(
  databaseFile: string,
  wholeJournal: readonly JournalEntry[],
  expected: Expectation,
): string[] {
  const db = openLedgerFile(databaseFile);
  try {
    const dispatch = db.prepare('SELECT * FROM dispatches WHERE id = ?').get(expected.campaignId) as
      Record<string, number> | undefined;
    if (!dispatch) return ['1: the campaign has no dispatch'];
    const rows = rowsOf(db, expected.campaignId);
    const open = db.prepare('SELECT count(*) AS n FROM intents').get() as { n: number };
    const journal = ofCampaign(wholeJournal, expected);
    const acceptances = acceptancesIn(journal);
    return [
      ...checkAccount(rows, dispatch, open.n, expected),
      ...rows.flatMap((row) => checkRow(row, acceptances.get(row.id) ?? [], expected)),
      ...checkStrangers(rows, acceptances),
      ...checkQuiet(journal, expected),
      ...checkUnknown(rows, expected),
    ];
  } finally {
    db.close();
  }
}

/** A call for several is a campaign's; one for a single person says whom it is for. */
function ofCampaign(journal: readonly JournalEntry[], { addresses }: Expectation): readonly JournalEntry[] {
  const audience = new Set(addresses);
  return journal.filter(({ deliveryId, to }) =>
    deliveryId === undefined ? to === undefined || audience.has(to) : isOfCampaign(deliveryId),
  );
}

/** Promise 1 and the equation: everybody has one row, every row has come to an end, the counters are the rows. */
function checkAccount(
  rows: readonly Row[],
  dispatch: Record<string, number>,
  open: number,
  expected: Expectation,
): string[] {
  const faults: string[] = [];
  const known = new Set(rows.map(({ address }) => address));
  const lost = expected.addresses.filter((address) => !known.has(address));
  // A cancelled campaign need not have come to everybody.
  if (lost.length > 0 && expected.cancelledAt === undefined)
    faults.push(`1: ${lost.length} recipients have no row, e.g. ${lost[0]}`);
  if (known.size !== rows.length) faults.push('2: an address has two rows');
  const strangers = rows.filter(({ address }) => !expected.addresses.includes(address));
  if (strangers.length > 0) faults.push(`1: ${strangers.length} rows for nobody we know`);
  if (open > 0) faults.push(`1: ${open} intents are still open`);
  for (const status of STATUSES) {
    const counted = rows.filter((row) => row.status === status).length;
    if (Number(dispatch[status]) !== counted)
      faults.push(`equation: ${status} says ${dispatch[status]}, the rows say ${counted}`);
  }
  const unfinished = rows.filter(({ status }) => status === 'pending').length;
  if (unfinished > 0) faults.push(`1: ${unfinished} rows are still pending`);
  return faults;
}

/** Promises 2, 3 and 8 for one message. */
function checkRow(row: Row, accepted: readonly JournalEntry[], expected: Expectation): string[] {
  const faults: string[] = [];
  const { status, doubtful } = row;
  if (accepted.length > 1 && !doubtful)
    faults.push(`2: ${row.address} was accepted ${accepted.length} times and is ${status}`);
  const taken = ['accepted', 'delivered', 'bounced', 'complained'].includes(status);
  if (taken && accepted.length === 0)
    faults.push(`1: ${row.address} is ${status}, and no vendor knows of it`);
  if (taken && accepted.length > 0 && !accepted.some(({ provider }) => provider === row.provider)) {
    faults.push(
      `1: ${row.address} is ${status} by ${row.provider}, the vendors say ${accepted.map(({ provider }) => provider).join()}`,
    );
  }
  const settled = ['failed', 'suppressed', 'cancelled', 'expired'].includes(status);
  if (settled && accepted.length > 0 && !doubtful) faults.push(`2: ${row.address} is ${status} and was sent`);
  const wrongPerson = accepted.find(({ to }) => to !== undefined && to.toLowerCase() !== row.address);
  if (wrongPerson) faults.push(`2: what was meant for ${row.address} went to ${wrongPerson.to}`);
  const forbidden = expected.suppressed.get(row.address);
  if (forbidden !== undefined && accepted.some(({ at }) => at > forbidden))
    faults.push(`3: ${row.address} was sent to after it was suppressed`);
  if (row.attempts > expected.maxAttempts) faults.push(`8: ${row.address} had ${row.attempts} attempts`);
  return faults;
}

/** A vendor's acceptance that no row answers for is a message nobody ordered, or one whose row was lost. */
function checkStrangers(rows: readonly Row[], acceptances: ReadonlyMap<string, unknown>): string[] {
  const ids = new Set(rows.map(({ id }) => id));
  const strange = [...acceptances.keys()].filter((id) => !ids.has(id));
  return strange.length === 0
    ? []
    : [`2: ${strange.length} acceptances belong to no row, e.g. ${strange[0]}`];
}

/** Promises 4 and 5: silence between a pause and its resume, and for ever after a cancel. */
function checkQuiet(journal: readonly JournalEntry[], { pauses, cancelledAt }: Expectation): string[] {
  const sends = journal.filter(({ kind }) => kind === 'request' || kind === 'accepted');
  const faults = pauses.flatMap(([from, to]) => {
    const early = sends.filter(({ at }) => at > from && at < to);
    return early.length === 0 ? [] : [`4: ${early.length} sends while paused`];
  });
  const late = cancelledAt === undefined ? [] : sends.filter(({ at }) => at > cancelledAt);
  return late.length === 0 ? faults : [...faults, `5: ${late.length} sends after the cancel`];
}

function checkUnknown(rows: readonly Row[], { maxUnknown }: Expectation): string[] {
  const unknown = rows.filter(({ status }) => status === 'unknown').length;
  return unknown > maxUnknown ? [`2: ${unknown} are unknown, ${maxUnknown} can have been under way`] : [];
}
