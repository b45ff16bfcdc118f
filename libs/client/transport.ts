import type { Answer, Closing } from './frames.js';

/** What a connection tells. Nothing any more after `lost`, or after it was closed by us. */
export interface Listener {
  /** The server has taken the token. */
  opened(): void;
  push(event: string, data: unknown): void;
  answer(id: string, answer: Answer): void;
  lost(closing: Closing): void;
}

export interface Connection {
  /** Frames go out in the order of these calls. */
  request(id: string, action: string, data: object): void;
  /** Nobody waits for an answer. */
  say(action: string, data: object): void;
  close(): void;
}

/**
 * A way to the server. Pushes and answers of one connection come in the order in which the server sent them, each at most
 * once; when one is missing the connection is `lost`.
 */
export interface Transport {
  /** Bytes of the largest frame that it takes, where that is less than the server does. */
  readonly largest?: number;
  connect(token: string, listener: Listener): Connection;
}

/** Largest frame that the server and API Gateway take; either hangs up on a larger one. */
export const LARGEST_FRAME = 128 * 1024;
