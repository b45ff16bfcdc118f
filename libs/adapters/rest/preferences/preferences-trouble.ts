import { type ArgumentsHost, Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain/kernel/refusal.js';
import { PROBLEMS, retryAfterSeconds, UNAVAILABLE_RETRY_MS } from '../kit/problem.js';
import { ProblemFilter } from '../kit/problem-filter.js';
import { badFormPage, brokenPage, laterPage, nobodyPage, previewPage } from './preferences-page.js';

/** What stands for a token in previews and test messages. */
const PREVIEW = 'preview';

/** People get a page with the status of the problem; programs get the problem itself. */
@Catch(Refusal)
@Injectable()
export class PreferencesTrouble extends ProblemFilter {
  override catch(refusal: Refusal, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest<{ Params: { token: string } }>>();
    const page = request.headers.accept?.includes('text/html')
      ? pageFor(refusal, request.params.token)
      : undefined;
    if (page === undefined) return super.catch(refusal, host);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status } = PROBLEMS[refusal.code];
    if (status === 503)
      void reply.header('retry-after', retryAfterSeconds(refusal.retryAfterMs ?? UNAVAILABLE_RETRY_MS));
    void reply.code(status).header('content-type', 'text/html; charset=utf-8').send(page);
  }
}

function pageFor({ code }: Refusal, token: string): string | undefined {
  if (PROBLEMS[code].status === 503 || code === 'already_exists') return laterPage;
  if (code === 'not_found') return nobodyPage;
  if (code === 'validation_failed') return badFormPage;
  if (code !== 'invalid_token') return undefined;
  return token === PREVIEW ? previewPage : brokenPage;
}
