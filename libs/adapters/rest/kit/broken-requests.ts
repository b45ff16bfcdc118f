import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain/kernel/refusal.js';
import { type BadRequest, PROBLEM_TYPE, type Problem, problemOf } from './problem.js';

/** Sent with every answer; a page that needs more says so itself. */
export const SECURITY_HEADERS = Object.freeze({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
});

/** A path that the router cannot even look for: an answer like any other, where Fastify's own would repeat the path. */
export function answerBrokenPath(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH';
  const fault = isTooLong
    ? new Refusal('not_found', 'No such path.')
    : badRequest('bad_request', 'The path holds an escape that does not decode.');
  const problem = problemOf(fault, request.id);
  void reply
    .headers(SECURITY_HEADERS)
    .header('x-request-id', request.id)
    .header('content-type', PROBLEM_TYPE)
    .code(problem.status)
    .send(Buffer.from(JSON.stringify(problem)));
}

/** By the error of Node's HTTP parser, https://nodejs.org/api/http.html#event-clienterror */
const FAULTS: Readonly<Record<string, BadRequest>> = {
  HPE_HEADER_OVERFLOW: badRequest('headers_too_large', 'The headers are larger than this server accepts.'),
  ERR_HTTP_REQUEST_TIMEOUT: badRequest('request_timeout', 'The request did not come in time.'),
};
const NOT_HTTP = badRequest('bad_request', 'This is not a valid HTTP request.');

/** Makes what is said to bytes that are no request, of which nothing but the connection is known. */
export function answeringBrokenMessages(
  nextRequestId: () => string,
): (error: Error & { readonly code?: string }, socket: Socket) => void {
  return ({ code = '' }, socket) => {
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const requestId = nextRequestId();
    socket.end(messageOf(problemOf(FAULTS[code] ?? NOT_HTTP, requestId), requestId), () => socket.destroy());
  };
}

function messageOf(problem: Problem, requestId: string): string {
  const body = JSON.stringify(problem);
  const headers = {
    ...SECURITY_HEADERS,
    'x-request-id': requestId,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}

function badRequest(code: BadRequest['code'], message: string): BadRequest {
  return { code, message, faults: [], retryAfterMs: undefined };
}
