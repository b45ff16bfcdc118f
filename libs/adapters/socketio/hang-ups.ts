import type { Socket } from 'socket.io';
import type { Clock } from '#ports/system/clock.js';

type Connection = Socket['conn'];

/** What a transport by websocket stands on, as far as we need it. */
interface WebSocketLike {
  terminate(): void;
  once(event: 'close', listener: () => void): unknown;
}

/** Milliseconds. The library under socket.io waits thirty seconds, with the connection's buffers in hand. */
const FOLLOW_WITHIN_MS = 2_000;

/** We have hung up, and a client is to hang up in its turn. One that does not, or does not read that we did, is cut off. */
export class HangUps {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  watch(connection: Connection): void {
    connection.once('close', () => {
      // Polling has none: its requests are answered one by one.
      const { socket } = connection.transport as { readonly socket?: WebSocketLike };
      if (!socket || this.#stopped) return;
      const cancel = this.#clock.after(FOLLOW_WITHIN_MS, () => {
        this.#waiting.delete(cancel);
        socket.terminate();
      });
      this.#waiting.add(cancel);
      socket.once('close', () => {
        this.#waiting.delete(cancel);
        cancel();
      });
    });
  }

  /** Whoever stops this cuts everybody off itself. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#waiting) cancel();
  }
}
