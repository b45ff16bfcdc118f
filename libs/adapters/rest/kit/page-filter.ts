import type { ArgumentsHost } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '#domain/kernel/refusal.js';
import { PROBLEMS, retryAfterSeconds, UNAVAILABLE_RETRY_MS } from './problem.js';
import { ProblemFilter } from './problem-filter.js';

/**
 * For links that are opened by people, who have no use for a JSON problem: for them there is a page, with the same status. Mail
 * programs that post to one get the problem, as on any other path.
 */
export abstract class PageFilter extends ProblemFilter {
  /** @returns undefined where the problem itself is the best answer */
  protected abstract pageFor(refusal: Refusal, token: string): string | undefined;

  override catch(refusal: Refusal, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest<{ Params: { token: string } }>>();
    const page = request.headers.accept?.includes('text/html')
      ? this.pageFor(refusal, request.params.token)
      : undefined;
    if (page === undefined) return super.catch(refusal, host);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status } = PROBLEMS[refusal.code];
    if (status === 503)
      void reply.header('retry-after', retryAfterSeconds(refusal.retryAfterMs ?? UNAVAILABLE_RETRY_MS));
    void reply.code(status).header('content-type', 'text/html; charset=utf-8').send(page);
  }
}
