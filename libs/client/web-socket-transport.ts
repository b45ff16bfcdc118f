import { type Answer, closingOf } from './frames.js';
import { realTiming, type Timing } from './timing.js';
import type { Connection, Listener, Transport } from './transport.js';

/** The part of the standard `WebSocket` that is used. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface WebSocketOptions {
  /** `wss://…`; the token is added as the parameter `token`, as browsers cannot send a header. */
  readonly url: string;
  /** The one that is built in, unless told otherwise. */
  readonly WebSocket?: new (url: string) => WebSocketLike;
  readonly timing?: Timing;
  readonly random?: () => number;
}

/** API Gateway ends connections after 2 h; we leave before, at a moment of our own, so that a crowd does not come at once. */
const OLDEST_MS = 115 * 60_000;
const OLDEST_JITTER_MS = 25 * 60_000;
/** It ends idle ones after 10 min. */
const IDLE_MS = 5 * 60_000;
const PONG_MS = 15_000;
const PING = 'ping';

interface Received {
  readonly id?: unknown;
  readonly ok?: unknown;
  readonly data?: unknown;
  readonly error?: unknown;
  readonly event?: unknown;
}

/** The frames of API Gateway, over a standard WebSocket. */
export function webSocketTransport(options: WebSocketOptions): Transport {
  return {
    largest: LARGEST_AT_ONCE,
    connect: (token, listener) => new WebSocketConnection(token, listener, options),
  };
}
/** A browser puts a message into one frame, whatever its size, and API Gateway hangs up on a frame of more. */
const LARGEST_AT_ONCE = 32 * 1024;

class WebSocketConnection implements Connection {
  readonly #socket: WebSocketLike;
  readonly #listener: Listener;
  readonly #timing: Timing;
  #cancelAge = (): void => {};
  #cancelIdle = (): void => {};
  #pinged = false;
  #over = false;

  constructor(token: string, listener: Listener, { url, WebSocket, timing, random }: WebSocketOptions) {
    this.#listener = listener;
    this.#timing = timing ?? realTiming;
    const Socket = WebSocket ?? (globalThis.WebSocket as unknown as new (url: string) => WebSocketLike);
    const address = new URL(url);
    address.searchParams.set('token', token);
    this.#socket = new Socket(address.href);
    this.#socket.onopen = () => this.#opened(random ?? Math.random);
    this.#socket.onmessage = (event: { data: unknown }) => this.#received(event.data);
    this.#socket.onclose = (event: { code: number }) => this.#lost(event.code);
    this.#socket.onerror = () => {}; // `close` follows
  }

  request(id: string, action: string, data: object): void {
    this.#send({ action, id, data });
  }

  say(action: string, data: object): void {
    this.#send({ action, id: `${action} unasked`, data });
  }

  close(): void {
    this.#end();
    this.#socket.close();
  }

  #opened(random: () => number): void {
    if (this.#over) return;
    const age = OLDEST_MS - random() * OLDEST_JITTER_MS;
    this.#cancelAge = this.#timing.after(age, () => this.#leave('aged'));
    this.#awaitIdle();
    this.#listener.opened();
  }

  #send(frame: object): void {
    if (this.#over) return;
    this.#socket.send(JSON.stringify(frame));
    if (!this.#pinged) this.#awaitIdle();
  }

  #received(text: unknown): void {
    if (this.#over) return;
    this.#pinged = false;
    this.#awaitIdle();
    const frame = parsed(text);
    if (typeof frame?.event === 'string') this.#listener.push(frame.event, frame.data);
    else if (typeof frame?.id === 'string' && frame.id !== PING)
      this.#listener.answer(frame.id, answerOf(frame));
  }

  #awaitIdle(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#timing.after(IDLE_MS, () => this.#ping());
  }

  /** Whatever comes next shows that somebody is there, be it a refusal. */
  #ping(): void {
    this.#pinged = true;
    this.#send({ action: PING, id: PING, data: {} });
    this.#cancelIdle();
    this.#cancelIdle = this.#timing.after(PONG_MS, () => this.#leave('ping_timeout'));
  }

  #leave(code: string): void {
    this.close();
    this.#listener.lost({ kind: 'reconnect', code });
  }

  #lost(code: number): void {
    if (this.#over) return;
    this.#end();
    this.#listener.lost(closingOf(code));
  }

  #end(): void {
    this.#over = true;
    this.#cancelAge();
    this.#cancelIdle();
  }
}

function parsed(text: unknown): Received | undefined {
  try {
    const frame: unknown = JSON.parse(String(text));
    return typeof frame === 'object' && frame !== null ? frame : undefined;
  } catch {
    return undefined; // not of our server
  }
}

function answerOf({ ok, data, error }: Received): Answer {
  return (ok === true ? { ok, data: data ?? {} } : { ok: false, error: error ?? NO_REASON }) as Answer;
}
const NO_REASON = { code: 'internal_error', detail: 'The server gave no reason.' };
