/** The part of a connection of Engine.IO that is used. */
interface Connection {
  on(event: 'drain', listener: () => void): unknown;
}

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
  constructor(connection: Connection, send: (frame: Frame) => void, full: () => void) {
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

  /** Characters that have not been handed over to the transport yet. */
  get queued(): number {
    return this.#queued;
  }

  push(frame: Frame): void {
    if (this.#take(frame.size)) this.#send(frame);
  }

  /** What was asked for waits like what is pushed: whoever asks, and does not read, is not reading. */
  answer(size: number, send: () => void): void {
    if (this.#take(size)) send();
  }

  /** @param replaces what of the same name waits is of no use any more; undefined for what is dropped at once */
  pass(frame: Frame, replaces?: string): void {
    if (this.#isFull) return;
    if (this.hasRoom) this.push(frame);
    else if (replaces !== undefined && (this.#passing.has(replaces) || this.#passing.size < MOST_PASSING))
      this.#passing.set(replaces, frame);
  }

  /** False where nothing more is to be sent. */
  #take(size: number): boolean {
    if (this.#isFull) return false;
    if (this.#queued > 0 && this.#queued + size > MOST_QUEUED) {
      this.#isFull = true;
      this.#passing.clear();
      this.#waiting = [];
      this.#full();
      return false;
    }
    this.#queued += size;
    return true;
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
