import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Claim } from '#ports/delivery/lanes.js';
import type { LoadedParcel } from '#ports/delivery/loaded-parcel.js';
import type { Db } from '../engine/store.js';
import { keyOf, memberOf, type MemberRow, ordinalOf } from './ledger-rows.js';
import { heldBy, underWay } from './ledger-steps.js';

/** Part of the ledger store: see its port for what it promises. */
export function load(db: Db, claim: Claim): LoadedParcel | undefined {
  const held = heldBy(db, claim);
  if (!held) return undefined;
  const rows = claim.members.flatMap(([from, to]) =>
    db.all<MemberRow>('pendingBetween', { from: keyOf(held.no, from), to: keyOf(held.no, to) }),
  );
  const byOrdinal = new Map(rows.map((row) => [ordinalOf(row.key), memberOf(row)]));
  const intents = db.all<{ key: string; provider: string; members: string; openedAt: number }>(
    'intentsOfParcel',
    {
      parcel: Number(claim.parcel),
    },
  );
  const orphans = intents.map(({ key, provider, openedAt, members }) => ({
    key,
    provider,
    openedAt,
    members: (JSON.parse(members) as number[]).flatMap((ordinal) => byOrdinal.get(ordinal) ?? []),
  }));
  for (const ordinal of underWay(db, held.no, [...byOrdinal.keys()])) byOrdinal.delete(ordinal);
  const spec = db.get<{ spec: string }>('specOf', { no: held.no });
  if (!spec) return undefined;
  const dispatch = JSON.parse(spec.spec) as Dispatch;
  return { dispatch, control: held.control, members: [...byOrdinal.values()], orphans };
}
