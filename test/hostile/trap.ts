import { type AddressInfo, createServer, type Server } from 'node:net';

/** Stands for what is inside: it hangs up on whoever calls, and counts them. */
export class Trap {
  readonly #server: Server;
  calls = 0;

  private constructor() {
    this.#server = createServer((socket) => {
      this.calls += 1;
      socket.destroy();
    });
  }

  static async open(): Promise<Trap> {
    const trap = new Trap();
    await new Promise<void>((resolve) => trap.#server.listen(0, '127.0.0.1', resolve));
    return trap;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }
}
