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
    this.#letGoOfUpgraded(server);
  }

  /** Closes what is idle now, and everything else after its answer. */
  drain(): void {
    this.#draining = true;
    for (const [socket, underWay] of this.#open) if (underWay === 0) socket.destroySoon();
  }

  /**
   * A socket of a chat is its door's: that has something to say to it when we stop. Only while somebody takes upgrades: by a
   * listener of ours alone Node would take them for taken.
   */
  #letGoOfUpgraded(server: Server): void {
    const letGo = ({ socket }: IncomingMessage): void => void this.#open.delete(socket);
    server.on('newListener', (event: string, listener: unknown) => {
      if (event === 'upgrade' && listener !== letGo && server.listenerCount('upgrade') === 0)
        server.prependListener('upgrade', letGo);
    });
    server.on('removeListener', (event: string) => {
      if (event === 'upgrade' && server.listenerCount('upgrade') === 1)
        server.removeListener('upgrade', letGo);
    });
  }

  #count(socket: Socket, change: 1 | -1): void {
    const underWay = this.#open.get(socket);
    if (underWay === undefined) return;
    this.#open.set(socket, underWay + change);
    if (this.#draining && underWay + change === 0) socket.destroySoon();
  }
}
