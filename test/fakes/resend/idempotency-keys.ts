import type { FakeClock } from '../kit/clock.js';
import type { Answer } from '../kit/http-call.js';
import type { JournalEntry } from '../kit/journal.js';

const DAY_MS = 24 * 60 * 60 * 1000;

type Known = { fingerprint: string; since: number; answer: Answer | undefined };

export type Lookup =
  { kind: 'new' } | { kind: 'replay'; answer: Answer } | { kind: 'in-flight' } | { kind: 'other-body' };

/** What a vendor remembers for 24 hours: an idempotency key, the call it stood for, and its answer once there is one. */
export class IdempotencyKeys {
  readonly #clock: FakeClock;
  readonly #keys = new Map<string, Known>();

  /** Starts with what a former run of the fake wrote down, so that a crash of the vendor forgets no key. */
  constructor(clock: FakeClock, journal: readonly JournalEntry[]) {
    this.#clock = clock;
    for (const { kind, idempotencyKey, fingerprint = '', status = 200, answer: body = '', at } of journal) {
      if (kind !== 'remembered' || idempotencyKey === undefined) continue;
      const answer = { status, headers: { 'content-type': 'application/json' }, body };
      this.#keys.set(idempotencyKey, { fingerprint, since: at, answer });
    }
  }

  look(key: string, fingerprint: string): Lookup {
    const known = this.#keys.get(key);
    if (!known || known.since + DAY_MS <= this.#clock.now()) return { kind: 'new' };
    if (known.fingerprint !== fingerprint) return { kind: 'other-body' };
    return known.answer ? { kind: 'replay', answer: known.answer } : { kind: 'in-flight' };
  }

  begin(key: string, fingerprint: string): void {
    this.#keys.set(key, { fingerprint, since: this.#clock.now(), answer: undefined });
  }

  /** Only a success is remembered; after a failure the key is as good as new. */
  settle(key: string, answer: Answer): void {
    const known = this.#keys.get(key);
    if (known && answer.status < 300) known.answer = answer;
    else this.#keys.delete(key);
  }
}
