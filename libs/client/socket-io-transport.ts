import { type Answer, type Closing, closingOf, PUSHES, type WireError } from './frames.js';
import type { Connection, Listener, Transport } from './transport.js';

/** The part of a socket of socket.io-client that is used. */
export interface SocketLike {
  on(event: string, listener: (...values: never[]) => void): unknown;
  off(): unknown;
  emit(event: string, ...values: unknown[]): unknown;
  disconnect(): unknown;
}

export interface SocketIoOptions {
  /** `io` of the package socket.io-client. */
  readonly io: (url: string, options: Record<string, unknown>) => SocketLike;
  /** Of the server, without a path: `https://chat.example.com`. */
  readonly url: string;
  readonly namespace?: string;
  /** More options for `io`. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What an event is acknowledged with: what it answers stands beside `ok`, or in `data` as on a raw WebSocket. */
type Said = Readonly<Record<string, unknown>> & {
  readonly ok?: unknown;
  readonly error?: WireError;
  readonly data?: Readonly<Record<string, unknown>>;
};

/** Said before the server hangs up: socket.io has no close codes of ours. */
interface Farewell {
  readonly code: string;
  readonly number: number;
}

/** One socket a connection: when to come again is decided by the client, not by socket.io. */
export function socketIoTransport({
  io,
  url,
  namespace = '/chat',
  options = {},
}: SocketIoOptions): Transport {
  return {
    connect(token: string, listener: Listener): Connection {
      const socket = io(url + namespace, {
        transports: ['websocket'],
        ...options,
        auth: { token },
        forceNew: true,
        reconnection: false,
      });
      const lost = (closing: Closing): void => {
        close();
        listener.lost(closing);
      };
      const close = (): void => {
        socket.off();
        socket.disconnect();
      };
      let farewell: Closing | undefined;
      socket.on('connect', () => listener.opened());
      socket.on('connect_error', ({ data, message }: Error & { data?: Partial<WireError> }) =>
        lost(closingOfRefusal(data?.code ?? message, data?.retryAfterMs)),
      );
      socket.on('closing', ({ code, number }: Farewell) => (farewell = { ...closingOf(number), code }));
      socket.on('disconnect', (reason: string) => lost(farewell ?? { kind: 'reconnect', code: reason }));
      for (const event of PUSHES) socket.on(event, (data: unknown) => listener.push(event, data));
      return {
        request: (id, action, data) =>
          void socket.emit(action, data, (said: Said) => listener.answer(id, answerOf(said))),
        say: (action, data) => void socket.emit(action, data),
        close,
      };
    },
  };
}

function answerOf({ ok, error, ...rest }: Said): Answer {
  if (ok === true) return { ok: true, data: rest.data ?? rest };
  return { ok: false, error: error ?? { code: 'internal_error', detail: 'The server gave no reason.' } };
}

/** Refused on the way in. What is not a refusal of who we are passes. */
function closingOfRefusal(code: string, afterMs = 0): Closing {
  if (code === 'unauthenticated' || code === 'invalid_token') return { kind: 'unauthenticated', code };
  return code === 'forbidden' ? { kind: 'terminal', code } : { kind: 'reconnect', code, afterMs };
}
