import type { ApiKey } from '#domain/workspace/model/api-key.js';
import { type Db, type SqlParams, sqliteStore } from '../engine/store.js';

export interface ApiKeyRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly token_hash: Uint8Array;
  readonly scopes: string;
  readonly origin: string;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

export function keyParams(key: ApiKey, tokenHash: Uint8Array): SqlParams {
  const { id, workspaceId, name, scopes, origin, createdAt } = key;
  return { id, workspaceId, name, tokenHash, scopes: JSON.stringify(scopes), origin, createdAt };
}

export const apiKeysStore = sqliteStore({
  name: 'api-keys',
  sql: new URL('./api-keys.sql', import.meta.url),
  writes: {
    insert: (db: Db, { key }: { key: SqlParams }): 'inserted' | 'exists' | 'taken' => {
      const id = key['id'] ?? null;
      if (db.get('hasId', { id })) return 'exists';
      return db.run('insertKey', key) === 1 ? 'inserted' : 'taken';
    },
    revoke: (db: Db, params: { workspaceId: string; id: string; at: number }) =>
      db.run('revoke', params) === 1,
    touch: (db: Db, params: { id: string; at: number }) => db.run('touch', params),
  },
  reads: {
    findByHash: (db: Db, params: { tokenHash: Uint8Array }) => db.get<ApiKeyRow>('findByHash', params),
    find: (db: Db, params: { workspaceId: string; id: string }) => db.get<ApiKeyRow>('find', params),
    list: (db: Db, params: { workspaceId: string; after: string; limit: number }) =>
      db.all<ApiKeyRow>('list', params),
  },
});
