import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain/kernel/refusal.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import {
  type Attempt as StoredAttempt,
  IdempotentRequests,
  type StoredAnswer,
} from '#ports/workspace/idempotent-requests.js';
import { type Attempt, RequestIds } from './attempt.js';
import { RestSettings } from './rest-settings.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

declare module 'fastify' {
  interface FastifyRequest {
    /** The right to carry the request out, where it came with an Idempotency-Key. */
    execution?: Execution;
  }
}

interface Execution {
  readonly attempt: StoredAttempt;
  stopRenewing(): void;
}

/**
 * Sees to it that a write carrying an `Idempotency-Key` is carried out once, however often it is sent. It runs as two hooks of
 * the server, before the handler and before the answer leaves, and not as an interceptor of the framework: that would make an
 * observable of every request, for the sake of the few that carry a key.
 */
@Injectable()
export class Idempotency {
  readonly #requests: IdempotentRequests;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #settings: RestSettings['idempotency'];
  /** Of a request without a key. */
  readonly #plain: Attempt;

  constructor(
    @Inject(IdempotentRequests) requests: IdempotentRequests,
    @Inject(Ids) ids: Ids,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
    @Inject(RestSettings) settings: RestSettings,
  ) {
    this.#requests = requests;
    this.#clock = clock;
    this.#log = log;
    this.#settings = settings.idempotency;
    this.#plain = { ids, repeated: false };
  }

  /**
   * Before the handler. A promise only where there is a key: of whether the request has been answered already.
   * @throws Refusal `invalid_idempotency_key`, `idempotency_key_reused`, `idempotency_in_flight`
   */
  begin(request: FastifyRequest, reply: FastifyReply): Promise<boolean> | undefined {
    if (READS.has(request.method)) return undefined;
    const header = request.headers['idempotency-key'];
    if (header !== undefined && request.caller) return this.#once(header, request.caller, request, reply);
    request.attempt = this.#plain;
    return undefined;
  }

  async #once(
    header: string | string[],
    { workspaceId }: { readonly workspaceId: StoredAttempt['workspaceId'] },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<boolean> {
    const now = this.#clock.now();
    const { leaseMs, keepMs } = this.#settings;
    const asked = { workspaceId, key: keyOf(header), fingerprint: fingerprintOf(request) };
    const begun = await this.#requests.begin(asked, now, now + leaseMs, now + keepMs);
    switch (begun.state) {
      case 'replay':
        replay(reply, begun.answer);
        return true;
      case 'mismatch':
        throw new Refusal('idempotency_key_reused', 'This Idempotency-Key came with another request before.');
      case 'in-flight':
        throw new Refusal('idempotency_in_flight', 'Ask again when the first request has been answered.', {
          // Its lease says when we would give it up; most are answered long before.
          retryAfterMs: Math.min(1000, begun.until - now),
        });
      case 'fresh': {
        const { attempt } = begun;
        request.attempt = { ids: new RequestIds(attempt), repeated: attempt.number > 1 };
        request.execution = { attempt, stopRenewing: this.#renewing(attempt) };
        return false;
      }
    }
  }

  /**
   * Before the answer leaves. What we said no to is answered no again. What failed for a passing reason may succeed when
   * asked again: its row stays, with the time of the first attempt, for a failure on our side may have come after the
   * commit, and the next attempt must then find what this one made.
   */
  settle(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> | undefined {
    const { execution } = request;
    if (!execution) return undefined;
    delete request.execution;
    execution.stopRenewing();
    const { attempt } = execution;
    const { statusCode } = reply;
    const recorded =
      statusCode < 500 && statusCode !== 429
        ? this.#requests.settle(
            attempt,
            answerOf(request, reply, payload),
            this.#clock.now() + this.#settings.keepMs,
          )
        : this.#requests.abandon(attempt);
    return recorded.then(
      () => undefined,
      // The work is done and its answer true: it is given. A repetition takes over after the lease and finds it done.
      (error: unknown) => this.#complain(attempt, error),
    );
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

/** What the caller is to be answered again: the body as it left, but for what is sent once and stored never. */
function answerOf(request: FastifyRequest, reply: FastifyReply, payload: unknown): StoredAnswer {
  const headers: Record<string, string> = {};
  for (const name of ['location', 'content-type']) {
    const value = reply.getHeader(name);
    if (typeof value === 'string') headers[name] = value;
  }
  const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString() : '';
  const { withheld = [] } = request.routeOptions.config;
  return { status: reply.statusCode, headers, body: reply.statusCode < 300 ? without(withheld, body) : body };
}

function without(names: readonly string[], body: string): string {
  if (names.length === 0 || body === '') return body;
  const nothing = Object.fromEntries(names.map((name) => [name, null]));
  return JSON.stringify({ ...(JSON.parse(body) as object), ...nothing });
}

function replay(reply: FastifyReply, { status, headers, body }: StoredAnswer): void {
  void reply.code(status).headers(headers).header('idempotency-replayed', 'true');
  // As bytes: to a text Fastify would add a charset, which a problem has none of.
  void reply.send(body === '' ? undefined : Buffer.from(body));
}
