import type { JournalEntry } from '#test/fakes/kit/journal.js';
import type { NotificationEvidence } from './notification-evidence.js';
import type { Posted } from './notification-story.js';

/** A call that had begun when we were answered may arrive this much later, on a machine that has others to serve. */
const ON_ITS_WAY_MS = 500;

/** A call for somebody who has an address to themselves: whom it is for, and when it arrived at the vendor. */
function callsFor(
  { plan: { alone, to } }: Posted,
  journal: readonly JournalEntry[],
): readonly JournalEntry[] {
  if (!alone) return [];
  const own = [to.email, to.phone];
  return journal.filter(
    (entry) =>
      entry.to !== undefined && own.includes(entry.to) && ['request', 'accepted'].includes(entry.kind),
  );
}

/** Not before `sendAt`, not after `expiresAt`, a cancel, or what suppresses an address; and a test never. */
export function checkTimes({ posted, journal, told }: NotificationEvidence): string[] {
  const personal = journal.filter(({ kind, to }) => to !== undefined && kind === 'request');
  const perhaps = posted.flatMap((one) => {
    const { n, test } = one.plan;
    const requests = callsFor(one, personal);
    const faults: string[] = [];
    if (test && requests.length > 0) faults.push(`2: notification ${n} was a test, and was sent`);
    if (requests.some(({ at }) => at < (one.sendAt ?? 0)))
      faults.push(`4: notification ${n} was sent too early`);
    const late = (end: number | undefined): boolean =>
      requests.some(({ at }) => at > (end ?? Infinity) + ON_ITS_WAY_MS);
    if (late(one.expiresAt)) faults.push(`5: notification ${n} was sent after it had expired`);
    if (late(one.cancelledAt)) faults.push(`5: notification ${n} was sent after it was cancelled`);
    return faults;
  });
  const suppressing = told.filter(({ kind }) => kind === 'hard bounce' || kind === 'complained');
  const afterwards = suppressing.filter(({ to, answeredAt }) =>
    personal.some((entry) => entry.to === to && entry.at > answeredAt + ON_ITS_WAY_MS),
  );
  return [...perhaps, ...afterwards.map(({ to, kind }) => `3: ${to} was sent to after a ${kind} was taken`)];
}

/** Of one ordering key the next begins when a vendor has the one before it, or none will ever have it. */
export function checkFifo({ posted, journal }: NotificationEvidence): string[] {
  const ordered = posted.filter(({ id, plan }) => id !== undefined && plan.orderingKey !== undefined);
  return [...Map.groupBy(ordered, ({ plan }) => plan.orderingKey).values()].flatMap((queue) => {
    let freeFrom = -Infinity;
    let before = -1;
    return queue.flatMap((one) => {
      const calls = callsFor(one, journal);
      const first = Math.min(...calls.map(({ at }) => at));
      const { n } = one.plan;
      const faults = first < freeFrom ? [`order: notification ${n} overtook ${before}`] : [];
      const accepted = calls.filter(({ kind }) => kind === 'accepted').map(({ at }) => at);
      const settled = accepted.length > 0 ? Math.min(...accepted) : Math.max(...calls.map(({ at }) => at));
      // A call that was under way when it was cancelled keeps nobody waiting.
      if (one.cancelledAt === undefined && settled > freeFrom) [freeFrom, before] = [settled, n];
      return faults;
    });
  });
}
