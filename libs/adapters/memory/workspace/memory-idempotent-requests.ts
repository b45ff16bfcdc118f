import type { Instant } from '#domain/kernel/brand.js';
import type {
  Attempt,
  Begun,
  IdempotentRequest,
  IdempotentRequests,
  StoredAnswer,
} from '#ports/workspace/idempotent-requests.js';

interface Row {
  readonly fingerprint: string;
  attempt: Attempt;
  leaseUntil: Instant;
  keepUntil: Instant;
  answer: StoredAnswer | undefined;
}

export class MemoryIdempotentRequests implements IdempotentRequests {
  readonly #rows = new Map<string, Row>();

  begin(request: IdempotentRequest, now: Instant, leaseUntil: Instant, keepUntil: Instant): Promise<Begun> {
    const { workspaceId, key } = request;
    const fingerprint = Buffer.from(request.fingerprint).toString('hex');
    const row = this.#rows.get(nameOf(request));
    if (!row) {
      const attempt = { workspaceId, key, startedAt: now, number: 1 };
      this.#rows.set(nameOf(request), { fingerprint, attempt, leaseUntil, keepUntil, answer: undefined });
      return Promise.resolve({ state: 'fresh', attempt });
    }
    if (row.fingerprint !== fingerprint) return Promise.resolve({ state: 'mismatch' });
    if (row.answer) return Promise.resolve({ state: 'replay', answer: row.answer });
    if (row.leaseUntil > now) return Promise.resolve({ state: 'in-flight', until: row.leaseUntil });
    row.attempt = { ...row.attempt, number: row.attempt.number + 1 };
    row.leaseUntil = leaseUntil;
    row.keepUntil = keepUntil;
    return Promise.resolve({ state: 'fresh', attempt: row.attempt });
  }

  renew(attempt: Attempt, leaseUntil: Instant): Promise<boolean> {
    return this.#change(attempt, (row) => {
      row.leaseUntil = leaseUntil;
    });
  }

  settle(attempt: Attempt, answer: StoredAnswer, keepUntil: Instant): Promise<boolean> {
    return this.#change(attempt, (row) => {
      row.answer = answer;
      row.keepUntil = keepUntil;
    });
  }

  abandon(attempt: Attempt): Promise<boolean> {
    return this.#change(attempt, (row) => {
      row.leaseUntil = 0;
    });
  }

  purge(now: Instant, limit: number): Promise<number> {
    const old = [...this.#rows].filter(([, row]) => row.keepUntil < now).slice(0, limit);
    for (const [name] of old) this.#rows.delete(name);
    return Promise.resolve(old.length);
  }

  #change(attempt: Attempt, change: (row: Row) => void): Promise<boolean> {
    const row = this.#rows.get(nameOf(attempt));
    if (!row || row.answer || row.attempt.number !== attempt.number) return Promise.resolve(false);
    change(row);
    return Promise.resolve(true);
  }
}

function nameOf({ workspaceId, key }: { workspaceId: string; key: string }): string {
  return `${workspaceId} ${key}`;
}
