import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '#ports/system/clock.js';
import { FrameSizes } from './frame-sizes.js';
import {
  allows,
  authorizerEventOf,
  contextOf,
  eventOf,
  type GatewayPolicy,
  type GatewayResult,
  type Opened,
  requestOf,
  STAGE,
} from './gateway-events.js';

type Handler = (event: never) => Promise<GatewayResult | undefined>;

export interface GatewayHandlers {
  readonly authorize?: (event: never) => Promise<GatewayPolicy>;
  readonly connect: Handler;
  readonly message: Handler;
  readonly disconnect: Handler;
}

/** Milliseconds and bytes; API Gateway's own unless told otherwise. */
export interface GatewayLimits {
  readonly longestMs: number;
  readonly idleMs: number;
  readonly largestMessage: number;
  readonly largestFrame: number;
}

export const GATEWAY_LIMITS: GatewayLimits = {
  longestMs: 2 * 3_600_000,
  idleMs: 10 * 60_000,
  largestMessage: 128 * 1024,
  largestFrame: 32 * 1024,
};

export interface FakeGateway {
  /** Where clients connect. */
  readonly url: string;
  /** Where `@connections` is. */
  readonly endpoint: string;
  /** Requests to `@connections` in their order, and how they were answered. */
  readonly journal: readonly { readonly method: string; readonly id: string; readonly status: number }[];
  readonly connectionIds: readonly string[];
  /** The next so many posts are answered 429. */
  throttle(posts: number): void;
  /** Of the next so many posts the answer is lost. */
  loseAnswers(posts: number): void;
  /** Gone without `$disconnect`: it is best effort. */
  vanish(id: string): void;
  /** When nothing is being handled. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

interface Held extends Opened {
  readonly socket: WebSocket;
  lastActiveAt: number;
  cancelIdle: () => void;
  cancelAge: () => void;
  hasVanished: boolean;
}

/**
 * API Gateway's WebSocket API on 127.0.0.1: a front that calls handlers with its events, each message on its own and none waiting for
 * another, and the `@connections` API. Who posts inside `$connect` is answered 410.
 */
export async function startFakeGateway(
  handlers: GatewayHandlers,
  options: { readonly clock: Clock; readonly limits?: Partial<GatewayLimits> },
): Promise<FakeGateway> {
  const front = new GatewayFront(handlers, options.clock, { ...GATEWAY_LIMITS, ...options.limits });
  await front.listen();
  return front;
}

class GatewayFront implements FakeGateway {
  readonly journal: { method: string; id: string; status: number }[] = [];
  readonly #handlers: GatewayHandlers;
  readonly #clock: Clock;
  readonly #limits: GatewayLimits;
  readonly #held = new Map<string, Held>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #sockets: WebSocketServer;
  readonly #server: Server;
  #throttled = 0;
  #losing = 0;

  constructor(handlers: GatewayHandlers, clock: Clock, limits: GatewayLimits) {
    this.#handlers = handlers;
    this.#clock = clock;
    this.#limits = limits;
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: limits.largestMessage });
    this.#server = createServer((request, response) => this.#administer(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#track(this.#connect(request, socket, head));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `ws://${this.#host}/${STAGE}`;
  }

  get endpoint(): string {
    return `http://${this.#host}/${STAGE}`;
  }

  get connectionIds(): readonly string[] {
    return [...this.#held.keys()];
  }

  throttle(posts: number): void {
    this.#throttled = posts;
  }

  loseAnswers(posts: number): void {
    this.#losing = posts;
  }

  vanish(id: string): void {
    const held = this.#held.get(id);
    if (!held) return;
    held.hasVanished = true;
    held.socket.terminate();
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async close(): Promise<void> {
    const closing = [...this.#held.values()].map(({ socket }) => {
      const closed = new Promise<unknown>((resolve) => socket.once('close', resolve));
      socket.terminate();
      return closed;
    });
    await Promise.all(closing);
    await this.idle();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch((error: unknown) => process.emitWarning(`the fake gateway: ${String(error)}`));
    this.#underWay.add(tracked);
    void tracked.finally(() => this.#underWay.delete(tracked));
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const id = `${randomBytes(11).toString('base64').replaceAll('/', '_')}`;
    const connectedAt = this.#clock.now();
    const refuse = (status: string): void => {
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    };
    let authorizer = {};
    try {
      const policy = await this.#handlers.authorize?.(authorizerEventOf(request, id, connectedAt) as never);
      if (policy && !allows(policy)) return refuse('403 Forbidden');
      if (policy) authorizer = contextOf(policy);
    } catch (error) {
      const isRefusal = error instanceof Error && error.message === 'Unauthorized';
      return refuse(isRefusal ? '401 Unauthorized' : '500 Internal Server Error');
    }
    const opened = { id, connectedAt, authorizer };
    const event = eventOf('$connect', opened, requestOf(request));
    const result = await this.#call(this.#handlers.connect, event);
    const status = result?.statusCode ?? 502;
    if (status !== 200) return refuse(`${status} Refused`);
    this.#sockets.handleUpgrade(request, socket, head, (open) => this.#opened(open, socket, opened));
  }

  #opened(socket: WebSocket, raw: Duplex, opened: Opened): void {
    const { longestMs, largestFrame } = this.#limits;
    const held: Held = {
      ...opened,
      socket,
      lastActiveAt: opened.connectedAt,
      cancelIdle: () => {},
      cancelAge: this.#clock.after(longestMs, () => socket.close(1001, 'Going away')),
      hasVanished: false,
    };
    this.#held.set(opened.id, held);
    this.#active(held);
    const sizes = new FrameSizes((bytes) => {
      if (bytes > largestFrame) socket.close(1009, 'Frame too large');
    });
    raw.on('data', (chunk: Buffer) => sizes.push(chunk));
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => {
      if (socket.readyState !== socket.OPEN) return;
      this.#active(held);
      this.#track(this.#message(held, data.toString()));
    });
    socket.on('close', (code: number) => this.#closed(held, code));
  }

  #closed(held: Held, code: number): void {
    held.cancelAge();
    held.cancelIdle();
    this.#held.delete(held.id);
    if (held.hasVanished) return;
    const event = eventOf('$disconnect', held, { headers: {} });
    Object.assign((event as { requestContext: object }).requestContext, {
      disconnectStatusCode: code,
      disconnectReason: '',
    });
    this.#track(this.#call(this.#handlers.disconnect, event));
  }

  async #message(held: Held, body: string): Promise<void> {
    const result = await this.#call(this.#handlers.message, eventOf('$default', held, { body }));
    if (held.socket.readyState !== held.socket.OPEN) return;
    if (!result)
      this.#send(
        held,
        JSON.stringify({
          message: 'Internal server error',
          connectionId: held.id,
          requestId: randomUUID(),
        }),
      );
    else if (result.body !== undefined && result.body !== '') this.#send(held, result.body);
  }

  /** Undefined if it threw. */
  async #call(handler: Handler, event: object): Promise<GatewayResult | undefined> {
    try {
      return await handler(event as never);
    } catch {
      return undefined;
    }
  }

  #active(held: Held): void {
    held.lastActiveAt = this.#clock.now();
    held.cancelIdle();
    held.cancelIdle = this.#clock.after(this.#limits.idleMs, () => held.socket.close(1001, 'Going away'));
  }

  /** In frames that are no larger than a client may send. */
  #send(held: Held, text: string): void {
    const bytes = Buffer.from(text);
    const { largestFrame } = this.#limits;
    this.#active(held);
    for (let at = 0; at < bytes.length; at += largestFrame) {
      const part = bytes.subarray(at, at + largestFrame);
      held.socket.send(part, { binary: false, fin: at + largestFrame >= bytes.length });
    }
  }

  #administer(request: IncomingMessage, response: ServerResponse): void {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const id = decodeURIComponent(/\/@connections\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '');
      const { method = '' } = request;
      const [status, body] = this.#manage(method, id, Buffer.concat(parts));
      this.journal.push({ method, id, status });
      if (method === 'POST' && this.#losing > 0 && status === 200) {
        this.#losing -= 1;
        return void response.socket?.destroy();
      }
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status >= 400 && { 'x-amzn-errortype': String(body['name']) }),
      });
      response.end(status === 204 ? undefined : JSON.stringify(body));
    });
  }

  #manage(method: string, id: string, body: Buffer): readonly [number, Record<string, unknown>] {
    if (method === 'POST' && this.#throttled > 0) {
      this.#throttled -= 1;
      return [429, { name: 'LimitExceededException', message: 'Rate exceeded' }];
    }
    const held = this.#held.get(id);
    // Before `$connect` has been answered there is nobody yet.
    if (held?.socket.readyState !== held?.socket.OPEN || !held)
      return [410, { name: 'GoneException', message: 'Gone' }];
    if (method === 'GET')
      return [
        200,
        {
          connectedAt: new Date(held.connectedAt).toISOString(),
          identity: { sourceIp: '127.0.0.1', userAgent: '' },
          lastActiveAt: new Date(held.lastActiveAt).toISOString(),
        },
      ];
    if (method === 'DELETE') {
      held.socket.close(1000);
      return [204, {}];
    }
    if (body.length > this.#limits.largestMessage)
      return [413, { name: 'PayloadTooLargeException', message: 'Message too long' }];
    this.#send(held, body.toString());
    return [200, {}];
  }
}
