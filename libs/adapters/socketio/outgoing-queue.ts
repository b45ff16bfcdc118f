import type { Socket } from 'socket.io';

/** Characters waiting for a client that does not read (1 MiB); past it the connection is closed, and may come again. */
export const MOST_QUEUED = 2 ** 20;

interface Sized {
  /** In characters. */
  readonly size: number;
}

/**
 * What waits for one client. What is durable goes out in its order; past {@link MOST_QUEUED} the client is not reading, and
 * is given up. What passes waits while the queue is half full, the latest of each name, and is dropped where it is no more
 * than that.
 */
export class OutgoingQueue<Frame extends Sized> {
  readonly #send: (frame: Frame) => void;
  readonly #full: () => void;
  readonly #passing = new Map<string, Frame>();
  #waiting: (() => void)[] = [];
  #queued = 0;
  #isFull = false;

  /**
   * @param send hands a frame over to the connection
   * @param full called once, when the client is to be given up
   */
  constructor(connection: Socket['conn'], send: (frame: Frame) => void, full: () => void) {
    this.#send = send;
    this.#full = full;
    // Handed over to the transport: what it holds itself is one such batch at most.
    connection.on('drain', () => this.#drained());
  }

  get hasRoom(): boolean {
    return this.#queued < MOST_QUEUED / 2;
  }

  whenRoom(call: () => void): void {
    this.#waiting.push(call);
  }

  push(frame: Frame): void {
    const { size } = frame;
    if (this.#isFull) return;
    if (this.#queued > 0 && this.#queued + size > MOST_QUEUED) {
      this.#isFull = true;
      this.#passing.clear();
      this.#waiting = [];
      return this.#full();
    }
    this.#queued += size;
    this.#send(frame);
  }

  /** @param replaces what of the same name waits is of no use any more; undefined for what is dropped at once */
  pass(frame: Frame, replaces?: string): void {
    if (this.#isFull) return;
    if (this.hasRoom) this.push(frame);
    else if (replaces !== undefined && (this.#passing.has(replaces) || this.#passing.size < MOST_PASSING))
      this.#passing.set(replaces, frame);
  }

  #drained(): void {
    this.#queued = 0;
    for (const call of this.#waiting.splice(0)) call();
    for (const [name, frame] of this.#passing) {
      if (!this.hasRoom) return;
      this.#passing.delete(name);
      this.push(frame);
    }
  }
}

/** Names that wait at once. */
const MOST_PASSING = 256;
