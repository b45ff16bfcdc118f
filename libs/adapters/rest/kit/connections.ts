import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Knows which connections wait for an answer, so that a stop need wait for no others. Node closes those that are idle
 * after a request, but not those that never made one, nor those whose last answer comes after it looked.
 */
export class Connections {
  /** How many requests of each are under way. */
  readonly #open = new Map<Socket, number>();
  #draining = false;

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#open.set(socket, 0);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.#count(socket, 1);
      response.once('close', () => this.#count(socket, -1));
    });
  }

  /** Closes what is idle now, and everything else after its answer. */
  drain(): void {
    this.#draining = true;
    for (const [socket, underWay] of this.#open) if (underWay === 0) socket.destroySoon();
  }

  #count(socket: Socket, change: 1 | -1): void {
    const underWay = this.#open.get(socket);
    if (underWay === undefined) return;
    this.#open.set(socket, underWay + change);
    if (this.#draining && underWay + change === 0) socket.destroySoon();
  }
}
