import type { IncomingMessage, ServerResponse } from 'node:http';
import { configure } from '@vendia/serverless-express';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Invocation } from './invocation.js';

/** Fastify, as far as it is needed. */
export interface Routing {
  ready(): PromiseLike<unknown>;
  routing(request: IncomingMessage, response: ServerResponse): void;
}

/** What API Gateway (HTTP API, payload 2.0) takes for an answer. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly cookies?: readonly string[];
}

export interface HttpDeps {
  /** Initialised, not listening. */
  readonly server: Routing;
  /** What a request has begun and does not wait for: live pushes, events for the sink. */
  readonly settled: () => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What Lambda answers at most, with the envelope. */
const LARGEST_ANSWER = 6 * 1024 * 1024 - 64 * 1024;
/** API Gateway waits 30 s for an answer. */
const LONGEST_MS = 28_000;
const ANSWER_MS = 1_000;

/**
 * The REST API. 4.12 of the adapter knows Fastify up to 4, but it takes whatever handles a request and a response: `routing` is what Fastify gives Node's own server.
 *
 * An event stream has no end of its own: it is ended in time, and whoever watches comes again with the last event that they saw.
 */
export function handlerOf(deps: HttpDeps): (event: object, invocation: Invocation) => Promise<HttpAnswer> {
  const { server, settled, clock, log } = deps;
  let endsIn = LONGEST_MS;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const cancel = clock.after(endsIn, () => {
      log.warn('http.cut_off', { method: request.method });
      if (!response.headersSent) response.statusCode = 504;
      response.end();
    });
    response.once('finish', cancel);
    server.routing(request, response);
  };
  const proxy = configure<object, HttpAnswer>({
    app: { handle } as never,
    eventSourceName: 'AWS_API_GATEWAY_V2',
    binarySettings: { isBinary: ({ headers }: { headers: Record<string, unknown> }) => !isText(headers) },
  });
  return async (event, invocation) => {
    await server.ready();
    endsIn = Math.min(LONGEST_MS, Math.max(0, invocation.getRemainingTimeInMillis() - ANSWER_MS));
    const answer = (await proxy(withPath(event), invocation as never, () => {})) as HttpAnswer;
    await settled();
    if ((answer.body?.length ?? 0) <= LARGEST_ANSWER) return answer;
    log.error('http.answer_too_large', { bytes: answer.body?.length });
    return tooLarge();
  };
}

/**
 * An HTTP API hands the path on decoded, whatever its name says, and the server decodes it once more: a user called `a%2fb` would be one
 * called `a/b`. It is encoded again; but which of its slashes was written `%2F`, nobody knows any more.
 */
function withPath<E extends { readonly rawPath?: string }>(event: E): E {
  const { rawPath = '/' } = event;
  const encoded = encodeURI(rawPath.toWellFormed()).replace(/[?#]/g, encodeURIComponent);
  return { ...event, rawPath: encoded };
}

/** Whatever may hold other bytes than UTF-8 has is handed on in base64. */
function isText(headers: Record<string, unknown>): boolean {
  const type = String(headers['content-type'] ?? 'text/plain').toLowerCase();
  const isPacked = (headers['content-encoding'] ?? 'identity') !== 'identity';
  return !isPacked && /^(text\/|application\/([\w.-]+\+)?(json|xml|javascript)\b)/.test(type);
}

function tooLarge(): HttpAnswer {
  const problem = {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    code: 'internal_error',
    detail: 'The answer is larger than a function may give.',
  };
  return {
    statusCode: 500,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problem),
  };
}
