import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { base32, encodeTime } from '#domain/kernel/ulid.js';
import type { Ids } from '#ports/system/ids.js';
import type { Attempt as StoredAttempt } from '#ports/workspace/idempotent-requests.js';

/**
 * One execution of a write.
 *
 * `ids` are for what the request makes. With an `Idempotency-Key` they follow from (workspace, key, time of the first
 * attempt): if the process dies after the rows were committed and before the answer was stored, the next attempt
 * makes the same ids, finds the rows there, and answers as the first would have. Without a key they are fresh ones.
 */
export interface Attempt {
  readonly ids: Ids;
  /**
   * An earlier attempt of this very request began and never said how it ended. What it was to change may have changed
   * already: a transition found done is then an answer, not a conflict.
   */
  readonly repeated: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    attempt?: Attempt;
  }
}

/** The execution this is. On every `/v1` path that writes. */
export const Attempt = createParamDecorator((_data: unknown, context: ExecutionContext): Attempt => {
  const { attempt } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!attempt) throw new Error('@Attempt() on a path that does not write');
  return attempt;
});

/** Ids that come out the same for every attempt of one request: the n-th of each prefix. */
export class RequestIds implements Ids {
  readonly #attempt: StoredAttempt;
  readonly #counts = new Map<string, number>();

  constructor(attempt: StoredAttempt) {
    this.#attempt = attempt;
  }

  next<P extends string>(prefix: P): `${P}_${string}` {
    const { workspaceId, key, startedAt } = this.#attempt;
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    const digest = createHash('sha256')
      .update(JSON.stringify([workspaceId, key, startedAt, prefix, count]))
      .digest();
    // The n-th sorts after the one before it, as ids do: the first two of the ten random bytes are the count.
    const tail = Uint8Array.of(count >> 8, count & 0xff, ...digest.subarray(0, 8));
    return `${prefix}_${encodeTime(startedAt)}${base32(tail)}`;
  }
}
