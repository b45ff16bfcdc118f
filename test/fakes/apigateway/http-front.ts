import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import type { Clock } from '#ports/system/clock.js';

/** What a function answers to an HTTP API (payload 2.0). */
interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

type Handler = (
  event: object,
  invocation: { getRemainingTimeInMillis(): number },
) => Promise<Answer | undefined>;

export interface HttpFront {
  readonly url: string;
  close(): Promise<void>;
}

/** API Gateway's own limits: bytes of a body, of a request's head, of an event to a function; milliseconds for an answer. */
const LARGEST_BODY = 10 * 1024 * 1024;
const LARGEST_HEAD = 10_240;
const LARGEST_EVENT = 6 * 1024 * 1024;
const LONGEST_MS = 30_000;

/**
 * An HTTP API of API Gateway before one function, over HTTP: what is malformed or too large it refuses by itself, and of all else it makes an
 * event. The path in it is decoded, which loses what was a slash and what was `%2F`; the query is as it was sent.
 */
export async function startHttpFront(handler: Handler, clock: Clock): Promise<HttpFront> {
  const host = new LambdaHost(clock, LONGEST_MS);
  const server = createServer({ maxHeaderSize: LARGEST_HEAD }, (request, response) => {
    serve(host, handler, request, response).catch(() => refuse(response, 500, 'Internal Server Error'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function serve(
  host: LambdaHost,
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request);
  if (!body) return refuse(response, 413, 'Request Entity Too Large');
  const event = eventOf(request, body);
  if (!event) return refuse(response, 400, 'Bad Request');
  if (Buffer.byteLength(JSON.stringify(event)) > LARGEST_EVENT)
    return refuse(response, 413, 'Request Entity Too Large');
  const { how, answer } = await host.invoke(handler, event);
  if (how !== 'answered' || !answer)
    return refuse(response, how === 'killed' ? 503 : 500, 'Internal Server Error');
  const { statusCode, headers = {}, body: text = '', isBase64Encoded = false } = answer;
  const bytes = Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8');
  response.writeHead(statusCode, { ...headers, 'content-length': bytes.length }).end(bytes);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify({ message }));
}

/** Undefined of one that is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > LARGEST_BODY) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Undefined of a path that cannot be decoded. */
function eventOf(request: IncomingMessage, body: Buffer): object | undefined {
  const { method = 'GET', url = '/', socket } = request;
  const question = url.indexOf('?');
  const rawPath = decoded(question < 0 ? url : url.slice(0, question));
  if (rawPath === undefined) return undefined;
  const { connection: _, 'transfer-encoding': __, ...kept } = request.headers;
  const headers = Object.entries(kept).map(([name, value]) => [name, String(value)]);
  const isText =
    !kept['content-encoding'] &&
    /^(text\/|application\/(json|xml|javascript))/.test(kept['content-type'] ?? 'text/plain');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: question < 0 ? '' : url.slice(question + 1),
    headers: Object.fromEntries(headers) as Record<string, string>,
    requestContext: { http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: socket.remoteAddress } },
    isBase64Encoded: !isText,
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
  };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
