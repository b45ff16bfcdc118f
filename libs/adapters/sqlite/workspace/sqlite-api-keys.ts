import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ApiKey, ApiKeyOrigin } from '#domain/workspace/model/api-key.js';
import type { Scope } from '#domain/workspace/model/scopes.js';
import type { ApiKeys, HashedApiKey } from '#ports/workspace/api-keys.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { type ApiKeyRow, apiKeysStore, keyParams } from './api-keys-store.js';

export class SqliteApiKeys implements ApiKeys {
  readonly #calls: StoreCalls<typeof apiKeysStore.writes, typeof apiKeysStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(apiKeysStore);
  }

  insert(key: ApiKey, tokenHash: Uint8Array): Promise<'inserted' | 'exists' | 'taken'> {
    return this.#calls.write('insert', { key: keyParams(key, tokenHash) });
  }

  async findByHash(tokenHash: Uint8Array): Promise<HashedApiKey | undefined> {
    const row = await this.#calls.read('findByHash', { tokenHash });
    return row && { ...fromRow(row), tokenHash: row.token_hash };
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<ApiKey | undefined> {
    const row = await this.#calls.read('find', { workspaceId, id });
    return row && fromRow(row);
  }

  async list(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<ApiKey>> {
    const rows = await this.#calls.read('list', { workspaceId, after: after ?? '', limit: limit + 1 });
    const data = rows.slice(0, limit).map(fromRow);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  revoke(workspaceId: WorkspaceId, id: string, at: Instant): Promise<boolean> {
    return this.#calls.write('revoke', { workspaceId, id, at });
  }

  async touch(id: string, at: Instant): Promise<void> {
    await this.#calls.write('touch', { id, at });
  }
}

function fromRow(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    workspaceId: row.workspace_id as WorkspaceId,
    name: row.name,
    scopes: JSON.parse(row.scopes) as Scope[],
    origin: row.origin as ApiKeyOrigin,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
