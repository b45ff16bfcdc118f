import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1;
const CLOSE = 8;

/** The server's side of RFC 6455, as far as a test needs it: whole text frames, and closing. */
export class ServedWebSocket {
  readonly #stream: Duplex;
  #bytes = Buffer.alloc(0);
  #hear = (_text: string): void => {};

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#take(bytes));
    stream.on('error', () => {}); // `close` follows
  }

  onText(hear: (text: string) => void): void {
    this.#hear = hear;
  }

  onClose(call: () => void): void {
    this.#stream.on('close', call);
  }

  send(text: string): void {
    this.#frame(TEXT, Buffer.from(text));
  }

  close(code: number): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#frame(CLOSE, payload);
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #frame(opcode: number, payload: Buffer): void {
    const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
    head[0] = 0x80 | opcode;
    if (head.length === 2) head[1] = payload.length;
    else if (head.length === 4) {
      head[1] = 126;
      head.writeUInt16BE(payload.length, 2);
    } else {
      head[1] = 127;
      head.writeBigUInt64BE(BigInt(payload.length), 2);
    }
    if (!this.#stream.destroyed) this.#stream.write(Buffer.concat([head, payload]));
  }

  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (let frame = this.#next(); frame; frame = this.#next()) {
      if (frame.opcode === TEXT) this.#hear(frame.payload.toString());
      if (frame.opcode === CLOSE) this.#stream.end();
    }
  }

  /** A client's frames are masked. */
  #next(): { opcode: number; payload: Buffer } | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const short = bytes[1]! & 0x7f;
    const at = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < at) return undefined;
    const length = at === 2 ? short : at === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < at + 4 + length) return undefined;
    const mask = bytes.subarray(at, at + 4);
    const payload = Buffer.from(
      bytes.subarray(at + 4, at + 4 + length).map((byte, index) => byte ^ mask[index % 4]!),
    );
    this.#bytes = bytes.subarray(at + 4 + length);
    return { opcode: bytes[0]! & 0x0f, payload };
  }
}

/** Every upgrade that is not of socket.io. */
export function webSocketServer(http: Server, come: (socket: ServedWebSocket, url: string) => void): void {
  http.on('upgrade', (request, stream: Duplex) => {
    if (request.url?.startsWith('/socket.io/')) return;
    const key = `${request.headers['sec-websocket-key']}${GUID}`;
    const accept = createHash('sha1').update(key).digest('base64');
    stream.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    come(new ServedWebSocket(stream), request.url ?? '/');
  });
}
