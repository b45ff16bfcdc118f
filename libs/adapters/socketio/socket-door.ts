import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export const SOCKET_PATH = '/socket.io/';

/** Which requests are upgraded rather than answered. Node lets it be set on a server, its types only when one is made. */
const UPGRADES = 'shouldUpgradeCallback';

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
  readonly #isWelcome: (request: IncomingMessage) => boolean;
  readonly #upgraded = new Set<Duplex>();
  #close = (): void => {};

  constructor(server: Server, isWelcome: (request: IncomingMessage) => boolean) {
    this.#server = server;
    this.#isWelcome = isWelcome;
  }

  open(): void {
    const server = this.#server;
    const others = server.listeners('request') as ((...args: unknown[]) => void)[];
    const request = (message: IncomingMessage, response: ServerResponse): void => {
      if (isOurs(message)) this.#request(message, response);
      else for (const other of others) other.call(server, message, response);
    };
    const upgrade: Upgrade = (message, socket, head) => this.#upgrade(message, socket, head);
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

  #request(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isWelcome(request)) {
      this.gate.emit('request', request, response);
      return;
    }
    const body = JSON.stringify({ code: 'forbidden', detail: 'Pages of this origin may not connect.' });
    response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(body);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Whoever hangs up while we answer is no trouble of ours.
    socket.on('error', () => socket.destroy());
    if (!this.#isWelcome(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    this.gate.emit('upgrade', request, socket, head);
  }
}

function isOurs({ url }: IncomingMessage): boolean {
  return url?.startsWith(SOCKET_PATH) ?? false;
}
