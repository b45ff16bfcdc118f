import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const A = 1;
const NO_ERROR = 0x8180;
const NO_SUCH_NAME = 0x8183;

/** A DNS server (RFC 1035) for IPv4 addresses, on a free port of this machine. What it says may change at any time. */
export class AddressServer {
  names: Readonly<Record<string, readonly string[]>> = {};
  readonly asked: string[] = [];
  readonly #socket: Socket = createSocket('udp4');

  static async start(): Promise<AddressServer> {
    const server = new AddressServer();
    server.#socket.on('message', (query, from) =>
      server.#socket.send(server.#answer(query), from.port, from.address),
    );
    server.#socket.bind(0, '127.0.0.1');
    await once(server.#socket, 'listening');
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = query.readUInt16BE(at + 1);
    const name = labels.join('.');
    const known = this.names[name];
    const addresses = type === A ? (known ?? []) : [];
    if (type === A) this.asked.push(name);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(known ? NO_ERROR : NO_SUCH_NAME, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((address) =>
      // A pointer to the question's name, type A, class IN, no time to live, four bytes.
      Buffer.from([0xc0, 0x0c, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, query.subarray(12, at + 5), ...records]);
  }
}
