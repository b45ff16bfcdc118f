import { connect, type Socket } from 'node:net';

/** A client that keeps to no rule but those of frames: what a library would refuse to send, or to leave unread. */
export class RawWebSocket {
  readonly socket: Socket;
  /** Resolves when the other side has hung up. */
  readonly closed: Promise<void>;
  #heard = '';
  #wake = (): void => {};

  constructor(port: number, path = '/socket.io/?EIO=4&transport=websocket') {
    this.socket = connect(port, '127.0.0.1');
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => resolve());
      this.socket.on('error', () => resolve());
    });
    this.socket.on('data', (bytes) => {
      this.#heard += bytes.toString('latin1');
      this.#wake();
    });
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
  }

  /** Until it has come, after whatever was heard before. */
  async hear(text: string): Promise<void> {
    while (!this.#heard.includes(text)) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#heard = this.#heard.slice(this.#heard.indexOf(text) + text.length);
  }

  /** One text frame, masked with zeros: RFC 6455 wants a mask, not a good one. At most 65,535 bytes. */
  send(text: string): void {
    const payload = Buffer.from(text);
    const length =
      payload.length < 126
        ? Buffer.from([0x80 | payload.length])
        : Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 255]);
    this.socket.write(Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), payload]));
  }
}
