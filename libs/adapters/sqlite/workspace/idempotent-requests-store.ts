import { type Db, sqliteStore } from '../engine/store.js';

export interface BeginArgs {
  readonly workspaceId: string;
  readonly key: string;
  readonly fingerprint: Uint8Array;
  readonly now: number;
  readonly leaseUntil: number;
  readonly keepUntil: number;
}

interface Row {
  readonly fingerprint: Uint8Array;
  readonly started_at: number;
  readonly attempt: number;
  readonly lease_until: number;
  readonly status: number | null;
  readonly headers: string | null;
  readonly body: string | null;
}

export type BegunRow =
  | { readonly state: 'fresh'; readonly startedAt: number; readonly attempt: number }
  | { readonly state: 'in-flight'; readonly until: number }
  | { readonly state: 'replay'; readonly status: number; readonly headers: string; readonly body: string }
  | { readonly state: 'mismatch' };

interface AttemptArgs {
  readonly workspaceId: string;
  readonly key: string;
  readonly attempt: number;
}

function begin(db: Db, args: BeginArgs): BegunRow {
  const { workspaceId, key, fingerprint, now, leaseUntil, keepUntil } = args;
  const row = db.get<Row>('find', { workspaceId, key });
  if (!row) {
    db.run('begin', { workspaceId, key, fingerprint, now, leaseUntil, keepUntil });
    return { state: 'fresh', startedAt: now, attempt: 1 };
  }
  if (Buffer.compare(row.fingerprint, fingerprint) !== 0) return { state: 'mismatch' };
  if (row.status !== null) {
    return { state: 'replay', status: row.status, headers: row.headers ?? '{}', body: row.body ?? '' };
  }
  if (row.lease_until > now) return { state: 'in-flight', until: row.lease_until };
  db.run('takeOver', { workspaceId, key, leaseUntil, keepUntil });
  return { state: 'fresh', startedAt: row.started_at, attempt: row.attempt + 1 };
}

export const idempotentRequestsStore = sqliteStore({
  name: 'idempotent-requests',
  sql: new URL('./idempotent-requests.sql', import.meta.url),
  writes: {
    begin,
    renew: (db: Db, params: AttemptArgs & { leaseUntil: number }) => db.run('renew', { ...params }) === 1,
    settle: (
      db: Db,
      params: AttemptArgs & { status: number; headers: string; body: string; keepUntil: number },
    ) => db.run('settle', { ...params }) === 1,
    abandon: (db: Db, params: AttemptArgs) => db.run('abandon', { ...params }) === 1,
    releaseAll: (db: Db, _: null) => db.run('releaseAll'),
    purge: (db: Db, params: { now: number; limit: number }) => db.run('purge', params),
  },
  reads: {},
});
