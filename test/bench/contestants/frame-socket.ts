import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
/** All connections of this process read into it, one after the other: what is left of a frame is copied out. */
const shared = Buffer.allocUnsafeSlow(256 * 1024);

/** Tells where the frames in a stream of bytes from a server end: they are not masked (RFC 6455, 5.2). */
export class FrameReader {
  #rest: Buffer | undefined;

  /** The texts of the frames that are whole with this chunk, which is not kept. */
  push(chunk: Buffer): string[] {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    const texts: string[] = [];
    let at = 0;
    for (;;) {
      const payload = payloadAt(bytes, at);
      if (!payload || payload.end > bytes.length) break;
      // Pings and closes of the protocol itself are of no interest here.
      if (((bytes[at] ?? 0) & 0x0f) === 1) texts.push(bytes.toString('latin1', payload.start, payload.end));
      at = payload.end;
    }
    this.#rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
    return texts;
  }
}

function payloadAt(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  const has = (length: number): boolean => bytes.length >= at + length;
  if (!has(2)) return undefined;
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  if (short < 126) return { start: at + 2, end: at + 2 + short };
  if (short === 126) return has(4) ? { start: at + 4, end: at + 4 + bytes.readUInt16BE(at + 2) } : undefined;
  return has(10) ? { start: at + 10, end: at + 10 + Number(bytes.readBigUInt64BE(at + 2)) } : undefined;
}

/** A text frame as clients send it. The mask is zero: RFC 6455 wants one, not a good one, and a server takes it off as any other. */
export function clientFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.alloc(head + 4 + length);
  frame[0] = 0x81;
  frame[1] = 0x80 | (head === 2 ? length : head === 4 ? 126 : 127);
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, head + 4);
  return frame;
}

/**
 * One websocket of engine.io, as cheap as can be: whoever makes the load shares the cores with whoever is measured, and five
 * thousand of a client library would cost more than a bare server does.
 */
export class FrameSocket {
  readonly #socket: Socket;
  readonly #hear: (text: string) => void;
  readonly #lost: (error: Error) => void;
  readonly #frames = new FrameReader();
  #head: string | undefined = '';

  /**
   * @param from the address that the server is told by a header, as a proxy before it would
   * @param hear each packet of socket.io
   */
  constructor(port: number, from: string, hear: (text: string) => void, lost: (error: Error) => void) {
    this.#hear = hear;
    this.#lost = lost;
    const onread = { buffer: shared, callback: (bytes: number) => this.#receive(bytes) };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.on('error', lost);
    this.#socket.on('close', () => lost(new Error('the server has closed a connection')));
    this.#socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Forwarded-For: ${from}\r\n` +
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
  }

  /** A packet of socket.io. */
  send(packet: string): void {
    this.#socket.write(clientFrame(`4${packet}`));
  }

  /** Reads no more: what comes waits in the kernel, then at the server. */
  stopReading(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }

  #receive(length: number): boolean {
    const bytes = shared.subarray(0, length);
    for (const text of this.#frames.push(this.#head === undefined ? bytes : this.#behindHead(bytes))) {
      if (text === '2') this.#socket.write(clientFrame('3'));
      else if (text.startsWith('4')) this.#hear(text.slice(1));
      else if (text.startsWith('0')) this.#hear('open');
    }
    return true;
  }

  #behindHead(bytes: Buffer): Buffer {
    const head = (this.#head ?? '') + bytes.toString('latin1');
    const end = head.indexOf(HEAD_END);
    this.#head = end < 0 ? head : undefined;
    if (end < 0) return Buffer.alloc(0);
    if (!head.startsWith('HTTP/1.1 101')) this.#lost(new Error(`not let in: ${head}`));
    return Buffer.from(head.slice(end + HEAD_END.length), 'latin1');
  }
}
