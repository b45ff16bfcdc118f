import type { Instant } from '#domain/kernel/brand.js';
import type {
  Attempt,
  Begun,
  IdempotentRequest,
  IdempotentRequests,
  StoredAnswer,
} from '#ports/workspace/idempotent-requests.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { idempotentRequestsStore } from './idempotent-requests-store.js';

/** Somebody waits at the other end of each of these, so they go before bulk work in the storage thread. */
const URGENT = { urgent: true };

export class SqliteIdempotentRequests implements IdempotentRequests {
  readonly #calls: StoreCalls<typeof idempotentRequestsStore.writes, typeof idempotentRequestsStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(idempotentRequestsStore);
  }

  async begin(
    request: IdempotentRequest,
    now: Instant,
    leaseUntil: Instant,
    keepUntil: Instant,
  ): Promise<Begun> {
    const { workspaceId, key, fingerprint } = request;
    const begun = await this.#calls.write(
      'begin',
      { workspaceId, key, fingerprint, now, leaseUntil, keepUntil },
      URGENT,
    );
    if (begun.state === 'fresh') {
      return {
        state: 'fresh',
        attempt: { workspaceId, key, startedAt: begun.startedAt, number: begun.attempt },
      };
    }
    if (begun.state === 'replay') {
      const { status, headers, body } = begun;
      return {
        state: 'replay',
        answer: { status, headers: JSON.parse(headers) as Record<string, string>, body },
      };
    }
    return begun;
  }

  renew(attempt: Attempt, leaseUntil: Instant): Promise<boolean> {
    return this.#calls.write('renew', { ...identity(attempt), leaseUntil }, URGENT);
  }

  settle(attempt: Attempt, { status, headers, body }: StoredAnswer, keepUntil: Instant): Promise<boolean> {
    const answer = { status, headers: JSON.stringify(headers), body };
    return this.#calls.write('settle', { ...identity(attempt), ...answer, keepUntil }, URGENT);
  }

  abandon(attempt: Attempt): Promise<boolean> {
    return this.#calls.write('abandon', identity(attempt), URGENT);
  }

  /** At start, before the door opens: whoever held a lease then is dead, so nobody who asks again has to wait for it. */
  async releaseAll(): Promise<void> {
    await this.#calls.write('releaseAll', null);
  }

  purge(now: Instant, limit: number): Promise<number> {
    return this.#calls.write('purge', { now, limit });
  }
}

function identity({ workspaceId, key, number }: Attempt): {
  workspaceId: string;
  key: string;
  attempt: number;
} {
  return { workspaceId, key, attempt: number };
}
