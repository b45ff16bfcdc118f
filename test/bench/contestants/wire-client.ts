import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

interface Waiting {
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
}

/** Tells where the answers in a stream of bytes end. Knows what our contestants answer: a head, and a body of a stated length. */
export class AnswerReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** The statuses of the answers that are whole with this chunk. @throws Error for an answer whose length is not stated */
  push(chunk: Buffer): number[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const statuses: number[] = [];
    for (;;) {
      const headEnd = this.#bytes.indexOf(HEAD_END);
      if (headEnd === -1) return statuses;
      const head = this.#bytes.toString('latin1', 0, headEnd);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      if (length === undefined) throw new Error(`an answer of unknown length: ${head}`);
      const end = headEnd + HEAD_END.length + Number(length);
      if (this.#bytes.length < end) return statuses;
      statuses.push(Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3)));
      this.#bytes = this.#bytes.subarray(end);
    }
  }
}

/**
 * One connection that is kept alive, one request at a time, as cheap as can be: whoever makes the load shares the cores with
 * whoever is measured, and a client library would cost more than a bare server does.
 */
export class WireConnection {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #waiting: Waiting | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server has closed the connection')));
  }

  static async open(port: number): Promise<WireConnection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new WireConnection(socket);
  }

  /** Resolves with the status once the answer is here, body and all. */
  ask(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      const [status] = this.#reader.push(chunk);
      if (status === undefined) return;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(status);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
