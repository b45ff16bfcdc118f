import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { ApiKeys, HashedApiKey } from '#ports/workspace/api-keys.js';

export class MemoryApiKeys implements ApiKeys {
  readonly #keys = new Map<string, HashedApiKey>();
  readonly #idByHash = new Map<string, string>();

  insert(key: ApiKey, tokenHash: Uint8Array): Promise<'inserted' | 'exists' | 'taken'> {
    const name = nameOf(tokenHash);
    if (this.#keys.has(key.id)) return Promise.resolve('exists');
    if (this.#idByHash.has(name)) return Promise.resolve('taken');
    this.#keys.set(key.id, { ...key, tokenHash: Uint8Array.from(tokenHash) });
    this.#idByHash.set(name, key.id);
    return Promise.resolve('inserted');
  }

  findByHash(tokenHash: Uint8Array): Promise<HashedApiKey | undefined> {
    return Promise.resolve(this.#keys.get(this.#idByHash.get(nameOf(tokenHash)) ?? ''));
  }

  find(workspaceId: WorkspaceId, id: string): Promise<ApiKey | undefined> {
    const key = this.#keys.get(id);
    return Promise.resolve(key?.workspaceId === workspaceId ? withoutHash(key) : undefined);
  }

  list(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<ApiKey>> {
    const rows = [...this.#keys.values()]
      .filter((key) => key.workspaceId === workspaceId && (after === undefined || key.id < after))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const data = rows.slice(0, limit).map(withoutHash);
    return Promise.resolve({ data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null });
  }

  revoke(workspaceId: WorkspaceId, id: string, at: Instant): Promise<boolean> {
    const key = this.#keys.get(id);
    if (key?.workspaceId !== workspaceId) return Promise.resolve(false);
    this.#keys.set(id, { ...key, revokedAt: key.revokedAt ?? at });
    return Promise.resolve(true);
  }

  touch(id: string, at: Instant): Promise<void> {
    const key = this.#keys.get(id);
    if (key) this.#keys.set(id, { ...key, lastUsedAt: Math.max(key.lastUsedAt ?? 0, at) });
    return Promise.resolve();
  }
}

function withoutHash(key: HashedApiKey): ApiKey {
  const { tokenHash: _hash, ...rest } = key;
  return rest;
}

function nameOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}
