import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Log } from '#ports/system/log.js';
import { PROBLEM_TYPE, problemOf, retryAfterSeconds, UNAVAILABLE_RETRY_MS } from './problem.js';
import { refusalOf } from './refusal-of.js';

/** The one place where an error becomes an answer. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Log;

  constructor(@Inject(Log) log: Log) {
    this.#log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const refusal = refusalOf(error);
    if (!refusal && isHungUp(error, request))
      this.#log.info('http.hung_up', { requestId: request.id, route: routeOf(request) });
    else if (!refusal)
      this.#log.error('http.failed', { requestId: request.id, route: routeOf(request), error });
    if (reply.sent || reply.raw.headersSent) {
      // The answer has begun (a stream, say): all that is left is to break it off, so that nobody takes it for whole.
      reply.raw.destroy();
      return;
    }
    const problem = problemOf(refusal, request.id);
    // A full disk is nothing the caller can mend, and the operator reads the log.
    if (refusal && problem.status >= 500 && problem.code !== 'shutting_down')
      this.#log.warn('http.unavailable', {
        requestId: request.id,
        route: routeOf(request),
        code: problem.code,
        detail: problem.detail,
      });
    const retryAfterMs = refusal?.retryAfterMs ?? (problem.status === 503 ? UNAVAILABLE_RETRY_MS : undefined);
    if (retryAfterMs !== undefined) void reply.header('retry-after', retryAfterSeconds(retryAfterMs));
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="posthorn"');
    // As bytes: to a text Fastify would add a charset, which JSON has none of.
    void reply
      .code(problem.status)
      .header('content-type', PROBLEM_TYPE)
      .send(Buffer.from(JSON.stringify(problem)));
  }
}

/** The client went away before its body was whole: nobody waits for an answer, and nothing of ours has failed. */
function isHungUp(error: unknown, { raw }: FastifyRequest): boolean {
  const { code } = Object(error) as { code?: unknown };
  return raw.readableAborted && (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE');
}

function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(none)'}`;
}
