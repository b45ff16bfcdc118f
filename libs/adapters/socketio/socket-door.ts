import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';

const SOCKET_PATH = '/socket.io/';

/** Which requests are upgraded rather than answered. Node lets it be set on a server, its types only when one is made. */
const UPGRADES = 'shouldUpgradeCallback';

/** Why somebody may not connect. */
export interface Refused {
  readonly status: 403 | 429;
  readonly code: 'forbidden' | 'rate_limited';
  readonly detail: string;
  readonly retryAfterMs?: number;
}

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Takes from the server that serves everything what is for the sockets, and hands it on through {@link gate} if it is
 * welcome.
 *
 * Attached to the server itself, socket.io would ask about the origin at the first request of a connection only, and
 * answer 400 on a websocket; and every other path would lose the `Upgrade` header that HTTP lets a server ignore.
 */
export class SocketDoor {
  /** What socket.io attaches to. It never listens. */
  readonly gate = createServer();
  readonly #server: Server;
  readonly #refusalOf: (request: IncomingMessage) => Promise<Refused | undefined>;
  readonly #upgraded = new Set<Duplex>();
  #close = (): void => {};

  /** @param refusalOf undefined for who is welcome; does not reject */
  constructor(server: Server, refusalOf: (request: IncomingMessage) => Promise<Refused | undefined>) {
    this.#server = server;
    this.#refusalOf = refusalOf;
  }

  open(): void {
    const server = this.#server;
    const others = server.listeners('request') as ((...args: unknown[]) => void)[];
    const request = (message: IncomingMessage, response: ServerResponse): void => {
      if (isOurs(message)) void this.#request(message, response);
      else for (const other of others) other.call(server, message, response);
    };
    const upgrade: Upgrade = (message, socket, head) => void this.#upgrade(message, socket, head);
    server.removeAllListeners('request').on('request', request).on('upgrade', upgrade);
    const before = Reflect.get(server, UPGRADES) as unknown;
    Reflect.set(server, UPGRADES, isOurs);
    this.#close = () => {
      server.removeListener('request', request).removeListener('upgrade', upgrade);
      for (const other of others) server.on('request', other);
      Reflect.set(server, UPGRADES, before);
    };
  }

  /** Lets nobody in any more, and cuts off whoever has not gone: a client that does not read never would. */
  async close(): Promise<void> {
    this.#close();
    // What was just written, that we are closing, still gets its chance to leave.
    await new Promise((resolve) => setImmediate(resolve));
    for (const socket of this.#upgraded) socket.destroy();
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = await this.#refusalOf(request);
    if (refused) response.writeHead(refused.status, headersOf(refused)).end(bodyOf(refused));
    else this.gate.emit('request', request, response);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Whoever hangs up while we answer is no trouble of ours.
    socket.on('error', () => socket.destroy());
    // Closing cuts off those too that are being looked at.
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    const refused = await this.#refusalOf(request);
    if (!refused) {
      this.gate.emit('upgrade', request, socket, head);
      return;
    }
    const headers = Object.entries(headersOf(refused)).map(([name, value]) => `${name}: ${value}\r\n`);
    const status = `${refused.status} ${STATUS_CODES[refused.status] ?? ''}`;
    socket.end(`HTTP/1.1 ${status}\r\n${headers.join('')}\r\n${bodyOf(refused)}`);
  }
}

function bodyOf({ code, detail }: Refused): string {
  return JSON.stringify({ code, detail });
}

function headersOf(refused: Refused): Record<string, string> {
  const { retryAfterMs } = refused;
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(bodyOf(refused))),
    connection: 'close',
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
  };
}

function isOurs({ url }: IncomingMessage): boolean {
  return url?.startsWith(SOCKET_PATH) ?? false;
}
