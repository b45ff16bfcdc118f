import type { DatabaseSync } from 'node:sqlite';
import type { JournalEntry } from '#test/fakes/kit/journal.js';
import { checkFifo, checkTimes } from './check-order.js';
import { acceptancesIn, isOfCampaign, type Row, rowsOf } from './ledger-file.js';
import type { NotificationEvidence } from './notification-evidence.js';
import type { Posted } from './notification-story.js';

interface Leg {
  readonly channel: string;
  readonly state: string;
}

interface Kept {
  readonly id: string;
  readonly status: string;
  readonly n: number;
  readonly legs: readonly Leg[];
}

/** Where a leg may stand, by what the ledger says of its message. News that came late takes nothing back that was told. */
const LEG_BY_ROW: Readonly<Record<string, readonly string[]>> = {
  accepted: ['sent'],
  delivered: ['delivered'],
  complained: ['delivered'],
  bounced: ['bounced', 'delivered'],
};
const NOT_SENT = ['failed', 'abandoned'];

/** What the application was promised about its notifications, held against ledger, inbox and journals. */
export function checkNotifications(db: DatabaseSync, evidence: NotificationEvidence): string[] {
  const kept = notificationsIn(db);
  const byDispatch = Map.groupBy(rowsOf(db), ({ dispatchId }) => dispatchId);
  const acceptances = acceptancesIn(evidence.journal);
  const ended = db.prepare("SELECT id FROM dispatches WHERE control = 'cancelled'").all() as { id: string }[];
  const calledOff = new Set(ended.map(({ id }) => id));
  const all = [...byDispatch.values()].flat();
  const rowsByAddress = Map.groupBy(all, ({ address }) => address);
  return [
    ...checkIntake(kept, evidence.posted),
    ...kept.flatMap((one) => checkLegs(one, byDispatch, calledOff)),
    ...checkDispatches(db, kept),
    ...all
      .filter(({ id }) => !isOfCampaign(id))
      .flatMap((row) => checkRow(row, acceptances.get(row.id) ?? [])),
    ...checkStrangers(all, acceptances),
    ...checkOnce(evidence, rowsByAddress),
    ...checkInbox(db, all),
    ...checkTimes(evidence),
    ...checkFifo(evidence),
  ];
}

function notificationsIn(db: DatabaseSync): readonly Kept[] {
  const rows = db.prepare('SELECT id, status, spec, progress FROM notifications').all() as unknown as {
    id: string;
    status: string;
    spec: string;
    progress: string;
  }[];
  return rows.map(({ id, status, spec, progress }) => {
    const { data } = JSON.parse(spec) as { data: { n: number } };
    const { legs } = JSON.parse(progress) as { legs: Leg[] };
    return { id, status, n: data.n, legs };
  });
}

/** Whatever was answered 202 is there, once, and has come to an end; whatever was refused is not. */
function checkIntake(kept: readonly Kept[], posted: readonly Posted[]): string[] {
  const byNumber = Map.groupBy(kept, ({ n }) => n);
  return posted.flatMap(({ plan: { n, test }, id, cancelledAt }) => {
    const own = byNumber.get(n) ?? [];
    const [one] = own;
    if (id === undefined) return one ? [`1: notification ${n} was refused, and is ${one.status}`] : [];
    if (own.length > 1) return [`2: one request made ${own.length} notifications of number ${n}`];
    if (one?.id !== id) return [`1: notification ${n} vanished`];
    if (one.status === 'accepted' || one.status === 'sending')
      return [`1: notification ${n} is ${one.status}`];
    if (test && one.status !== 'tested') return [`2: notification ${n} was a test, and is ${one.status}`];
    return cancelledAt !== undefined && one.status !== 'cancelled'
      ? [`5: notification ${n} was cancelled, and is ${one.status}`]
      : [];
  });
}

function dispatchOf(id: string, channel: string): string {
  return `n${channel.slice(0, 2)}_${id.slice(4)}`;
}

/** A leg says what the ledger says: the news of it has not been lost on its way. */
function checkLegs(
  { id, n, legs }: Kept,
  byDispatch: ReadonlyMap<string, readonly Row[]>,
  calledOff: ReadonlySet<string>,
): string[] {
  return legs.flatMap(({ channel, state }) => {
    const dispatch = dispatchOf(id, channel);
    const rows = byDispatch.get(dispatch) ?? [];
    const [row] = rows;
    if (rows.length > 1) return [`2: notification ${n} has ${rows.length} messages by ${channel}`];
    if (!row)
      return state === 'waiting' || state === 'abandoned' || calledOff.has(dispatch)
        ? []
        : [`1: ${channel} of notification ${n} is ${state}, and was never sent`];
    const sent = LEG_BY_ROW[row.status];
    // In our own inbox it has arrived when it is taken. And what was thought lost may turn out to be with a vendor.
    const fit =
      channel === 'inbox' && sent
        ? ['delivered']
        : [...(sent ?? NOT_SENT), ...(sent && row.doubtful ? NOT_SENT : [])];
    return fit.includes(state)
      ? []
      : [`1: ${channel} of notification ${n} is ${state}, its message is ${row.status}`];
  });
}

/** A leg's dispatch is its (notification, channel) and nothing else. */
function checkDispatches(db: DatabaseSync, kept: readonly Kept[]): string[] {
  const known = new Set(kept.flatMap(({ id, legs }) => legs.map(({ channel }) => dispatchOf(id, channel))));
  const found = db.prepare("SELECT id FROM dispatches WHERE id NOT LIKE 'cmp%'").all() as { id: string }[];
  const strange = found.filter(({ id }) => !known.has(id));
  return strange.length === 0 ? [] : [`2: ${strange.length} dispatches are no leg, e.g. ${strange[0]?.id}`];
}

function checkRow(row: Row, accepted: readonly JournalEntry[]): string[] {
  const { id, address, status, provider, doubtful } = row;
  if (provider === 'inbox') return [];
  const faults: string[] = [];
  const taken = ['accepted', 'delivered', 'bounced', 'complained'].includes(status);
  if (accepted.length > 1 && !doubtful)
    faults.push(`2: ${id} was accepted ${accepted.length} times and is ${status}`);
  if (taken && accepted.length === 0) faults.push(`1: ${id} is ${status}, and no vendor knows of it`);
  if (!taken && accepted.length > 0 && !doubtful) faults.push(`2: ${id} is ${status}, and was sent`);
  const wrong = accepted.find(({ to }) => to !== address);
  if (wrong) faults.push(`2: what was meant for ${address} went to ${wrong.to}`);
  return faults;
}

function checkStrangers(rows: readonly Row[], acceptances: ReadonlyMap<string, unknown>): string[] {
  const ids = new Set(rows.map(({ id }) => id));
  const strange = [...acceptances.keys()].filter((id) => !ids.has(id));
  return strange.length === 0
    ? []
    : [`2: ${strange.length} acceptances belong to no row, e.g. ${strange[0]}`];
}

/** By address, where nobody else has it: whatever our ids say, a person was written to once by each channel. */
function checkOnce(
  { posted, journal }: NotificationEvidence,
  rows: ReadonlyMap<string, readonly Row[]>,
): string[] {
  const accepted = Map.groupBy(
    journal.filter(({ kind }) => kind === 'accepted'),
    ({ to }) => to ?? '',
  );
  return posted.flatMap(({ plan: { n, alone, to } }) =>
    Object.entries({ email: to.email ?? '', sms: to.phone ?? '' }).flatMap(([channel, address]) => {
      const times = accepted.get(address)?.length ?? 0;
      const doubtful = (rows.get(address) ?? []).some((row) => row.doubtful);
      return alone && times > 1 && !doubtful
        ? [`2: notification ${n} was accepted ${times} times by ${channel}`]
        : [];
    }),
  );
}

/** What lies in an inbox was put there once, and what is said to lie there does. */
function checkInbox(db: DatabaseSync, rows: readonly Row[]): string[] {
  const items = db
    .prepare('SELECT delivery_id AS id, count(*) AS n FROM inbox_items GROUP BY delivery_id')
    .all() as { id: string; n: number }[];
  const known = new Map(items.map(({ id, n }) => [id, n]));
  return rows
    .filter(({ dispatchId }) => dispatchId.startsWith('nin_'))
    .flatMap(({ id, status, doubtful }) => {
      const n = known.get(id) ?? 0;
      if (n > 1) return [`2: ${id} lies in the inbox ${n} times`];
      const fits = status === 'accepted' ? n === 1 : n === 0 || doubtful;
      return fits ? [] : [`1: ${id} is ${status}, and lies in the inbox ${n} times`];
    });
}
