import type { Ending, Verdict } from './faults.js';
import type { Answer, HttpCall } from './http-call.js';
import type { JournalEntry, Provider } from './journal.js';
import type { Acceptance } from './state.js';

export type Refusal = Extract<Ending, { kind: 'status' | 'quota' }>;

/** What a vendor made of one send call: who is accepted, who is not, and what it says. */
export interface Outcome {
  answer: Answer;
  accepted: Acceptance[];
  rejected: { to: string; deliveryId?: string | undefined; error: string; fault?: string | undefined }[];
  /** Lines that must reach the disk together with the acceptances. */
  also?: JournalEntry[];
}

export type Reading<Submission> =
  | { kind: 'send'; submission: Submission }
  | { kind: 'replayed'; answer: Answer; idempotencyKey: string }
  | { kind: 'refused'; answer: Answer };

/** One vendor's wire: everything that differs between the HTTP fakes. */
export interface HttpVendor<Submission> {
  readonly provider: Provider;
  readonly maxBodyBytes: number;
  /** Whether this call sends mail. Everything else goes to `query`. */
  isSend(method: string, path: string): boolean;
  query(call: HttpCall): Answer;
  /** The envelope addresses of a send call, in its own order; none if the body cannot be understood. */
  recipients(call: HttpCall): string[];
  /** Credentials, shape, sizes, idempotency: what the vendor checks before it takes anything on. */
  read(call: HttpCall): Reading<Submission>;
  /** Takes the call on. Always follows a `read` that said `send`. */
  submit(call: HttpCall, submission: Submission, rejects: Verdict['rejects']): Outcome | Promise<Outcome>;
  /** What stands once in a body for each of its mails. */
  readonly mailMark: Buffer;
  /** Bench mode: accepts `call.mails` mails without understanding them. */
  tally(call: HttpCall): { answer: Answer; accepted: number };
  /** A scripted failure in the vendor's own words. */
  refuse(refusal: Refusal, call: HttpCall): Answer;
  tooLarge(): Answer;
}
