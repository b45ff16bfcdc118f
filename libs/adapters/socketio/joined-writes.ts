import type { Socket } from 'socket.io';
import { webSocketFrame, type WithFrame } from './packets.js';

type Connection = Socket['conn'];
type Write = Connection['write'];

interface Written {
  readonly text: string;
  readonly options: WithFrame | undefined;
}

/** What one connection has not been written yet. */
interface Line {
  readonly connection: Connection;
  readonly write: Write;
  /** Made anew for each batch, and not before there is one (ADR 19). */
  packets: Written[] | undefined;
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
  readonly #atOnce: number;
  readonly #due: Line[] = [];
  #isDue = false;

  constructor(atOnce = AT_ONCE) {
    this.#atOnce = atOnce;
  }

  join(connection: Connection): void {
    const write = connection.write.bind(connection);
    const close = connection.close.bind(connection);
    const line: Line = { connection, write, packets: undefined, size: 0 };
    connection.write = (data, options, callback) => {
      if (typeof data === 'string' && !callback) this.#hold(line, data, options);
      else {
        flush(line);
        write(data, options, callback);
      }
      return connection;
    };
    // What was said before leaves before, where it can.
    connection.close = (discard) => {
      flush(line);
      close(discard);
    };
  }

  #hold(line: Line, text: string, options: WithFrame | undefined): void {
    if (!this.#isDue) process.nextTick(() => this.#flushSome());
    this.#isDue = true;
    if (!line.packets) this.#due.push(line);
    line.packets ??= [];
    line.packets.push({ text, options });
    line.size += text.length;
    if (line.size > MOST_WAITING) flush(line);
  }

  #flushSome(): void {
    for (const line of this.#due.splice(0, this.#atOnce)) flush(line);
    if (this.#due.length > 0) setImmediate(() => this.#flushSome());
    else this.#isDue = false;
  }
}

function flush(line: Line): void {
  const { connection, write, packets } = line;
  if (!packets) return;
  line.packets = undefined;
  line.size = 0;
  const { transport, readyState } = connection;
  if (!takesFrames(transport)) for (const { text, options } of packets) write(text, options);
  else if (readyState === 'open' && transport.writable) {
    // As engine.io would, but for its own list of what waits: that is made when the last one left (ADR 19).
    transport.send([{ type: 'message', options: framed(packets) }]);
    connection.emit('drain');
  } else write(packets.length === 1 ? (packets[0]?.text ?? '') : '', framed(packets));
}

/** Each frame says where it ends: several in one piece are as good as one by one. */
function framed(packets: readonly Written[]): WithFrame & { compress: boolean } {
  const [first] = packets;
  if (first && packets.length === 1) return { compress: false, wsPreEncodedFrame: framesOf(first) };
  return { compress: false, wsPreEncodedFrame: [Buffer.concat(packets.flatMap(framesOf))] };
}

function framesOf({ text, options }: Written): readonly Uint8Array[] {
  return options?.wsPreEncodedFrame ?? [webSocketFrame(text)];
}

const WITH_A_FRAME = { options: { wsPreEncodedFrame: [] } };

/** As engine.io asks it before it takes a frame that somebody else has made. Polling has no frames. */
function takesFrames(transport: Connection['transport']): boolean {
  const { _canSendPreEncodedFrame: can } = transport as unknown as {
    readonly _canSendPreEncodedFrame?: (packet: object) => boolean;
  };
  return can?.call(transport, WITH_A_FRAME) ?? false;
}
