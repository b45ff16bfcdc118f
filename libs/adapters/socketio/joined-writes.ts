import type { Socket } from 'socket.io';
import { webSocketFrame, type WithFrame } from './packets.js';

type Connection = Socket['conn'];
type Write = Connection['write'];

interface Written {
  readonly text: string;
  readonly options: WithFrame | undefined;
}

interface Waiting {
  readonly packets: Written[];
  size: number;
}

/** Connections written to before everything else gets its turn: a room of five thousand takes a tenth of a second and more. */
const AT_ONCE = 256;
/** Characters that wait for one connection at most: nobody is to hold a turn's worth of history twice. */
const MOST_WAITING = 64 * 1024;

/**
 * What one turn of the event loop writes to a connection leaves in one piece. A sender's own message and its acknowledgement
 * come within microseconds of one another, and each write of its own is a call into the kernel, the dearest part of a message.
 */
export class JoinedWrites {
  readonly #waiting = new Map<Connection, Waiting>();
  readonly #writes = new WeakMap<Connection, Write>();
  readonly #atOnce: number;
  #isDue = false;

  constructor(atOnce = AT_ONCE) {
    this.#atOnce = atOnce;
  }

  join(connection: Connection): void {
    this.#writes.set(connection, connection.write.bind(connection));
    const close = connection.close.bind(connection);
    connection.write = (data, options, callback) => {
      if (typeof data === 'string' && !callback) this.#hold(connection, data, options);
      else {
        this.#flush(connection);
        this.#writes.get(connection)?.(data, options, callback);
      }
      return connection;
    };
    // What was said before leaves before, where it can.
    connection.close = (discard) => {
      this.#flush(connection);
      close(discard);
    };
  }

  #hold(connection: Connection, text: string, options: WithFrame | undefined): void {
    const waiting = this.#waiting.get(connection) ?? { packets: [], size: 0 };
    if (!this.#isDue) process.nextTick(() => this.#flushSome());
    this.#isDue = true;
    this.#waiting.set(connection, waiting);
    waiting.packets.push({ text, options });
    waiting.size += text.length;
    if (waiting.size > MOST_WAITING) this.#flush(connection);
  }

  #flushSome(): void {
    let left = this.#atOnce;
    for (const connection of this.#waiting.keys()) {
      if (left === 0) return void setImmediate(() => this.#flushSome());
      left -= 1;
      this.#flush(connection);
    }
    this.#isDue = false;
  }

  #flush(connection: Connection): void {
    const { packets } = this.#waiting.get(connection) ?? { packets: [] };
    this.#waiting.delete(connection);
    const write = this.#writes.get(connection);
    if (packets.length === 0 || !write) return;
    // Each frame says where it ends: several in one piece are as good as one by one.
    if (takesFrames(connection)) write(packets.length === 1 ? (packets[0]?.text ?? '') : '', framed(packets));
    else for (const { text, options } of packets) write(text, options);
  }
}

function framed(packets: readonly Written[]): WithFrame {
  const frames = packets.flatMap(({ text, options }) => options?.wsPreEncodedFrame ?? [webSocketFrame(text)]);
  return { wsPreEncodedFrame: frames.length === 1 ? frames : [Buffer.concat(frames)] };
}

/** As engine.io asks it before it takes a frame that somebody else has made. Polling has no frames. */
function takesFrames({ transport }: Connection): boolean {
  const { _canSendPreEncodedFrame: can } = transport as unknown as {
    readonly _canSendPreEncodedFrame?: (packet: object) => boolean;
  };
  return can?.call(transport, { options: { wsPreEncodedFrame: [] } }) ?? false;
}
