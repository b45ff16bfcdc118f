/** The part of a socket of socket.io that is used. */
interface SocketLike {
  readonly conn: { on(event: 'drain', listener: () => void): unknown };
  emit(event: string, payload: object): unknown;
}

/** Characters waiting for a client that does not read (1 MiB); past it the connection is closed, and may come again. */
export const MOST_QUEUED = 2 ** 20;

interface Passing {
  readonly event: string;
  readonly payload: object;
  readonly size: number;
}

/**
 * What waits for one client. What is durable goes out in its order; past {@link MOST_QUEUED} the client is not reading, and
 * is given up. What passes waits while the queue is half full, the latest of each name, and is dropped where it is no more
 * than that.
 */
export class OutgoingQueue {
  readonly #socket: SocketLike;
  readonly #full: () => void;
  readonly #passing = new Map<string, Passing>();
  #waiting: (() => void)[] = [];
  #queued = 0;
  #isFull = false;

  /** @param full called once, when the client is to be given up */
  constructor(socket: SocketLike, full: () => void) {
    this.#socket = socket;
    this.#full = full;
    // Handed over to the transport: what it holds itself is one such batch at most.
    socket.conn.on('drain', () => this.#drained());
  }

  get hasRoom(): boolean {
    return this.#queued < MOST_QUEUED / 2;
  }

  whenRoom(call: () => void): void {
    this.#waiting.push(call);
  }

  /** Characters that have not been handed over to the transport yet. */
  get queued(): number {
    return this.#queued;
  }

  push(event: string, payload: object, size: number): void {
    this.answer(size, () => this.#socket.emit(event, payload));
  }

  /** What was asked for waits like what is pushed: whoever asks, and does not read, is not reading. */
  answer(size: number, send: () => void): void {
    if (this.#isFull) return;
    if (this.#queued > 0 && this.#queued + size > MOST_QUEUED) {
      this.#isFull = true;
      this.#passing.clear();
      this.#waiting = [];
      return this.#full();
    }
    this.#queued += size;
    send();
  }

  /** @param replaces what of the same name waits is of no use any more; undefined for what is dropped at once */
  pass(event: string, payload: object, size: number, replaces?: string): void {
    if (this.#isFull) return;
    if (this.hasRoom) this.push(event, payload, size);
    else if (replaces !== undefined && (this.#passing.has(replaces) || this.#passing.size < MOST_PASSING))
      this.#passing.set(replaces, { event, payload, size });
  }

  #drained(): void {
    this.#queued = 0;
    for (const call of this.#waiting.splice(0)) call();
    for (const [name, { event, payload, size }] of this.#passing) {
      if (!this.hasRoom) return;
      this.#passing.delete(name);
      this.push(event, payload, size);
    }
  }
}

/** Names that wait at once. */
const MOST_PASSING = 256;
