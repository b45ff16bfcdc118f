import { createHash } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { Refusal } from '#domain/kernel/refusal.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import {
  type Attempt as StoredAttempt,
  IdempotentRequests,
  type StoredAnswer,
} from '#ports/workspace/idempotent-requests.js';
import { RequestIds } from './attempt.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';
import { refusalOf } from './refusal-of.js';
import { RestSettings } from './rest-settings.js';

const WITHHELD = 'posthorn:withheld';
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Fields of the answer that are sent once and stored never (a secret): in a repeated answer they are null. */
export const Withheld = (...fields: string[]): MethodDecorator => SetMetadata(WITHHELD, fields);

/** Sees to it that a write carrying an `Idempotency-Key` is carried out once, however often it is sent. */
@Injectable()
export class Idempotency implements NestInterceptor {
  readonly #requests: IdempotentRequests;
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #settings: RestSettings['idempotency'];

  constructor(
    @Inject(IdempotentRequests) requests: IdempotentRequests,
    @Inject(Ids) ids: Ids,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
    @Inject(RestSettings) settings: RestSettings,
  ) {
    this.#requests = requests;
    this.#ids = ids;
    this.#clock = clock;
    this.#log = log;
    this.#settings = settings.idempotency;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (READS.has(request.method)) return next.handle();
    const header = request.headers['idempotency-key'];
    if (header === undefined || !request.caller) {
      request.attempt = { ids: this.#ids, repeated: false };
      return next.handle();
    }
    return from(this.#once(keyOf(header), context, next));
  }

  async #once(key: string, context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { workspaceId } = callerOf(request);
    const now = this.#clock.now();
    const { leaseMs, keepMs } = this.#settings;
    const asked = { workspaceId, key, fingerprint: fingerprintOf(request) };
    const begun = await this.#requests.begin(asked, now, now + leaseMs, now + keepMs);
    switch (begun.state) {
      case 'replay':
        return replay(reply, begun.answer);
      case 'mismatch':
        throw new Refusal('idempotency_key_reused', 'This Idempotency-Key came with another request before.');
      case 'in-flight':
        throw new Refusal('idempotency_in_flight', 'Ask again when the first request has been answered.', {
          // Its lease says when we would give it up; most are answered long before.
          retryAfterMs: Math.min(1000, begun.until - now),
        });
      case 'fresh':
        request.attempt = { ids: new RequestIds(begun.attempt), repeated: begun.attempt.number > 1 };
        return this.#execute(begun.attempt, request, reply, context, next);
    }
  }

  async #execute(
    attempt: StoredAttempt,
    request: FastifyRequest,
    reply: FastifyReply,
    context: ExecutionContext,
    next: CallHandler,
  ): Promise<unknown> {
    const stopRenewing = this.#renewing(attempt);
    try {
      const body: unknown = await firstValueFrom(next.handle(), { defaultValue: undefined });
      await this.#settle(attempt, answerOf(reply, body, withheldOf(context)));
      return body;
    } catch (error) {
      await this.#settleRefusal(attempt, request, error);
      throw error;
    } finally {
      stopRenewing();
    }
  }

  /** What we said no to is answered no again. What failed for a passing reason may succeed when asked again. */
  async #settleRefusal(attempt: StoredAttempt, request: FastifyRequest, error: unknown): Promise<void> {
    const problem = problemOf(refusalOf(error), request.id);
    if (problem.status < 500 && problem.status !== 429) {
      const headers = { 'content-type': PROBLEM_TYPE };
      await this.#settle(attempt, { status: problem.status, headers, body: JSON.stringify(problem) });
    } else {
      // The row stays, with the time of the first attempt: a failure on our side may have come after the commit, and
      // the next attempt must then find what this one made.
      await this.#requests.abandon(attempt).catch((cause: unknown) => this.#complain(attempt, cause));
    }
  }

  async #settle(attempt: StoredAttempt, answer: StoredAnswer): Promise<void> {
    try {
      await this.#requests.settle(attempt, answer, this.#clock.now() + this.#settings.keepMs);
    } catch (error) {
      // The work is done and its answer true: it is given. A repetition takes over after the lease and finds it done.
      this.#complain(attempt, error);
    }
  }

  /** Keeps the lease while we are alive and at work (a long upload): only a dead process is taken over from. */
  #renewing(attempt: StoredAttempt): () => void {
    const { leaseMs } = this.#settings;
    let cancel = (): void => {};
    const schedule = (): void => {
      cancel = this.#clock.after(leaseMs / 3, () => {
        this.#requests
          .renew(attempt, this.#clock.now() + leaseMs)
          .catch((error: unknown) => this.#complain(attempt, error));
        schedule();
      });
    };
    schedule();
    return () => cancel();
  }

  #complain(attempt: StoredAttempt, error: unknown): void {
    this.#log.error('idempotency.not_recorded', {
      workspaceId: attempt.workspaceId,
      attempt: attempt.number,
      error,
    });
  }
}

function callerOf(request: FastifyRequest): { workspaceId: StoredAttempt['workspaceId'] } {
  if (!request.caller) throw new Error('unreachable: only requests with a caller are made once');
  return request.caller;
}

/** `"abc"` as the IETF draft has it (a structured field string), or bare `abc`: 1..255 visible ASCII characters. */
function keyOf(header: string | string[]): string {
  const text = Array.isArray(header) ? header.join() : header;
  const key = /^"(?:[^"\\]|\\["\\])*"$/.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Refusal('invalid_idempotency_key', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
}

/**
 * What the key stands for. The body counts byte by byte: a client that repeats a request sends what it sent. A body
 * that is streamed counts by its length alone, for it is not there yet; nor would we want to wait for it.
 */
function fingerprintOf(request: FastifyRequest): Uint8Array {
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`);
  if (request.bodyHash) hash.update(request.bodyHash);
  else hash.update(`length ${request.headers['content-length'] ?? 'unknown'}`);
  return hash.digest();
}

function withheldOf(context: ExecutionContext): readonly string[] {
  return (Reflect.getMetadata(WITHHELD, context.getHandler()) as string[] | undefined) ?? [];
}

function answerOf(reply: FastifyReply, body: unknown, withheld: readonly string[]): StoredAnswer {
  const location = reply.getHeader('location');
  const headers: Record<string, string> = typeof location === 'string' ? { location } : {};
  if (body === undefined || body === null) return { status: reply.statusCode, headers, body: '' };
  const stored =
    withheld.length === 0 ? body : { ...body, ...Object.fromEntries(withheld.map((name) => [name, null])) };
  headers['content-type'] = 'application/json; charset=utf-8';
  return { status: reply.statusCode, headers, body: JSON.stringify(stored) };
}

function replay(reply: FastifyReply, { status, headers, body }: StoredAnswer): Buffer | undefined {
  void reply.code(status).headers(headers).header('idempotency-replayed', 'true');
  return body === '' ? undefined : Buffer.from(body);
}
