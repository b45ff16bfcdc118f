import { createHash } from 'node:crypto';
import { RequestIds } from '#adapters/rest/kit/attempt.js';
import { DEFAULT_REST_SETTINGS } from '#adapters/rest/kit/rest-settings.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Log } from '#ports/system/log.js';
import type { Attempt, IdempotentRequests } from '#ports/workspace/idempotent-requests.js';

/**
 * Carries out what was asked under a key once, however often it is asked: the same promise, records and ids as those of the
 * `Idempotency-Key` at the REST door.
 */
export class OncePerKey {
  readonly #requests: IdempotentRequests;
  readonly #clock: Clock;
  readonly #log: Log;
  /** The last in line of each key: those that ask at once are answered one after the other, and not sent away. */
  readonly #lines = new Map<string, Promise<unknown>>();

  constructor(requests: IdempotentRequests, clock: Clock, log: Log) {
    this.#requests = requests;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * @param asked what the key stands for, as JSON
   * @param act makes what is to be made under the ids it is given: the same ones, should the process die before we know
   * @throws Refusal `invalid_idempotency_key` | `idempotency_key_reused` | `idempotency_in_flight`, and what `act` throws
   */
  async run<T>(
    workspaceId: WorkspaceId,
    key: string,
    asked: string,
    act: (ids: Ids) => Promise<T>,
  ): Promise<T> {
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
      throw new Refusal(
        'invalid_idempotency_key',
        'An idempotency key is 1 to 255 visible ASCII characters.',
      );
    const line = `${workspaceId} ${key}`;
    const before = this.#lines.get(line);
    const mine = Promise.resolve(before?.catch(() => {})).then(() => this.#run(workspaceId, key, asked, act));
    this.#lines.set(line, mine);
    try {
      return await mine;
    } finally {
      if (this.#lines.get(line) === mine) this.#lines.delete(line);
    }
  }

  async #run<T>(
    workspaceId: WorkspaceId,
    key: string,
    asked: string,
    act: (ids: Ids) => Promise<T>,
  ): Promise<T> {
    const { leaseMs, keepMs } = DEFAULT_REST_SETTINGS.idempotency;
    const now = this.#clock.now();
    const fingerprint = createHash('sha256').update(`in process\n${asked}`).digest();
    const begun = await this.#requests.begin(
      { workspaceId, key, fingerprint },
      now,
      now + leaseMs,
      now + keepMs,
    );
    switch (begun.state) {
      case 'replay':
        return JSON.parse(begun.answer.body) as T;
      case 'mismatch':
        throw new Refusal('idempotency_key_reused', 'This idempotency key came with another request before.');
      case 'in-flight':
        throw new Refusal('idempotency_in_flight', 'Ask again when the first request has been answered.', {
          retryAfterMs: Math.min(1000, begun.until - now),
        });
      case 'fresh':
        return this.#execute(begun.attempt, act);
    }
  }

  async #execute<T>(attempt: Attempt, act: (ids: Ids) => Promise<T>): Promise<T> {
    let answer: T;
    try {
      answer = await act(new RequestIds(attempt));
    } catch (error) {
      // The key stays bound to what was asked, which may be asked again: after a template was mended, say.
      await this.#record(attempt, () => this.#requests.abandon(attempt));
      throw error;
    }
    const stored = { status: 202, headers: {}, body: JSON.stringify(answer) };
    const keepUntil = this.#clock.now() + DEFAULT_REST_SETTINGS.idempotency.keepMs;
    await this.#record(attempt, () => this.#requests.settle(attempt, stored, keepUntil));
    return answer;
  }

  /** The work is done, or was refused, and saying so is true whether or not it is on record. */
  async #record({ workspaceId, number }: Attempt, write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#log.error('idempotency.not_recorded', { workspaceId, attempt: number, error });
    }
  }
}
