import type { Scope } from '#domain/workspace/model/scopes.js';
import type { PageView } from '../kit/page.view.js';

/** An API key, without its secret. */
export class ApiKeyView {
  /** `key_…` */
  id!: string;
  name!: string;
  scopes!: Scope[];
  /** Handed out over this API, made at first start, or given by POSTHORN_API_KEY. */
  origin!: 'issued' | 'first-start' | 'environment';
  /** ISO 8601, UTC. */
  createdAt!: string;
  /** To the minute; null if it was never used. */
  lastUsedAt!: string | null;
  /** Null while it is valid. */
  revokedAt!: string | null;
}

export class IssuedApiKeyView extends ApiKeyView {
  /**
   * The key itself, `phk_…`. Only here and only now: we keep no copy. Null where the answer is a repeated one
   * (`Idempotency-Replayed: true`).
   */
  key!: string | null;
}

export class ApiKeyListView {
  data!: ApiKeyView[];
  page!: PageView;
}
