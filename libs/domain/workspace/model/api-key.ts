import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Scope } from './scopes.js';

/** How a key came to be: handed out over the API, made at the first start, or named by the operator's environment. */
export type ApiKeyOrigin = 'issued' | 'first-start' | 'environment';

/** A key without its secret, which nobody has but its holder. */
export interface ApiKey {
  readonly id: string;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly origin: ApiKeyOrigin;
  readonly createdAt: Instant;
  /** To the minute: a key in constant use is written about once a minute. */
  readonly lastUsedAt: Instant | undefined;
  readonly revokedAt: Instant | undefined;
}

/** Who is asking, once their key was verified. */
export interface Caller {
  readonly workspaceId: WorkspaceId;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}
