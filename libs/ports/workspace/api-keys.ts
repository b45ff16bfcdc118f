import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';

/** A key with the SHA-256 of its token, as it is compared at the door. */
export interface HashedApiKey extends ApiKey {
  readonly tokenHash: Uint8Array;
}

/**
 * API keys, without their secrets.
 *
 * Guarantees: a token's hash belongs to one key of one workspace for ever. `insert` of an id that exists already
 * changes nothing (a request repeated after a crash inserts again); of a hash that another key has, it answers
 * `taken`. Once `revoke` resolves every `findByHash` that starts later answers the key as revoked; revocation is
 * never undone. `touch` only ever moves a key's last use forward, and may be lost: it is a courtesy, not a record.
 */
export interface ApiKeys {
  insert(key: ApiKey, tokenHash: Uint8Array): Promise<'inserted' | 'exists' | 'taken'>;
  findByHash(tokenHash: Uint8Array): Promise<HashedApiKey | undefined>;
  find(workspaceId: WorkspaceId, id: string): Promise<ApiKey | undefined>;
  /** Newest first, revoked ones included. */
  list(workspaceId: WorkspaceId, page: PageRequest): Promise<Page<ApiKey>>;
  /** False if the workspace has no such key. A key revoked before stays revoked as of then: that is true again. */
  revoke(workspaceId: WorkspaceId, id: string, at: Instant): Promise<boolean>;
  touch(id: string, at: Instant): Promise<void>;
}
export const ApiKeys = Symbol('ApiKeys');
