import type { Closing } from './close-codes.js';

/** What is pushed. The same object to everybody who gets it. */
export interface PushFrame {
  readonly event: string;
  readonly payload: object;
  /** The payload, put into words once for everybody. */
  readonly json: string;
  /** In characters. */
  readonly size: number;
  /** Of an ephemeral one: a later one of the same name takes the place of one that waits. */
  readonly replaces?: string;
}

export interface AnswerError {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly object[];
  readonly retryAfterMs?: number;
}
export type Answer =
  { readonly ok: true; readonly data: object } | { readonly ok: false; readonly error: AnswerError };

/** One connection, as a transport makes it: frames go out in their order, and what does not fit is seen to by the transport. */
export interface Wire {
  readonly hasRoom: boolean;
  whenRoom(call: () => void): void;
  push(frame: PushFrame): void;
  pass(frame: PushFrame): void;
  close(why: Closing): void;
}
