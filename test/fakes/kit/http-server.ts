import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Answer } from './http-call.js';

export interface HttpListening {
  port: number;
  url: string;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** A bare keep-alive server on 127.0.0.1. `onConnection` sees every socket. */
export async function listenHttp(
  port: number,
  onRequest: RequestListener,
  onConnection: (socket: Socket) => void = () => undefined,
): Promise<HttpListening> {
  // No request timeout: a scripted hang must last as long as the caller can bear it.
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0, noDelay: true }, onRequest);
  server.on('connection', onConnection);
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Collects a body of at most `max` bytes; `done` gets `undefined` for a longer one, and is not called if the caller
 * leaves. What is too long is read to its end all the same: a caller that is still writing never sees the refusal.
 */
export function readBody(
  request: IncomingMessage,
  max: number,
  done: (body: Buffer | undefined) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > max) {
    request.on('end', () => done(undefined)).resume();
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= max) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on('end', () => {
    if (bytes > max) done(undefined);
    else done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
  });
  request.on('error', () => undefined);
}

/** Lets a body go by without keeping it. */
export function passBody(
  request: IncomingMessage,
  each: (chunk: Buffer) => void,
  done: (bytes: number) => void,
): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    each(chunk);
  });
  request.on('end', () => done(bytes));
  request.on('error', () => undefined);
}

export function write(response: ServerResponse, { status, headers, body = '' }: Answer): void {
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}
