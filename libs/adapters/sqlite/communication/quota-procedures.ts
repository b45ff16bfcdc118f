import type { NotificationId } from '#domain/communication/model/notification.js';
import type { QuotaLimit } from '#domain/communication/model/quota.js';
import type { Taken } from '#ports/communication/notifications.js';
import type { Db, SqlValue } from '../engine/store.js';

export interface Candidate {
  readonly id: NotificationId;
  /** False for a test: it uses up nothing. */
  readonly counts: boolean;
  /** The values of `accept` in its order. */
  readonly row: readonly SqlValue[];
}

export interface AcceptWithin {
  readonly workspace: string;
  readonly candidates: readonly Candidate[];
  readonly limits: readonly Pick<QuotaLimit, 'key' | 'most'>[];
}

/** There is one writer: between the look at the count and its change nobody else counts. */
export function acceptWithin(db: Db, { workspace, candidates, limits }: AcceptWithin): Taken {
  const before = limits.map(
    ({ key: period }) => db.get<{ used: number }>('quotaUsed', { workspace, period })?.used ?? 0,
  );
  const room = Math.min(...limits.map(({ most }, i) => most - (before[i] ?? 0)));
  const refused: NotificationId[] = [];
  let [kept, counted] = [0, 0];
  for (const { id, counts, row } of candidates) {
    if (counts && counted >= room) {
      if (!db.get('isKnown', { id })) refused.push(id);
      continue;
    }
    const added = db.runEach('accept', [row]);
    kept += added;
    if (counts) counted += added;
  }
  if (counted > 0) count(db, workspace, limits, before, counted);
  if (kept > 0) db.signal('notifications');
  return { refused, used: before.map((used) => used + counted), allNew: kept === candidates.length };
}

function count(
  db: Db,
  workspace: string,
  limits: AcceptWithin['limits'],
  before: readonly number[],
  counted: number,
): void {
  limits.forEach(({ key: period }, i) => {
    const used = before[i] ?? 0;
    if (used === 0) db.run('forgetQuotas', { workspace, period });
    db.run('setQuotaUsed', { workspace, period, used: used + counted });
  });
}
