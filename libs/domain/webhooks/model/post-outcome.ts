/** Milliseconds from the beginning of a post to the status line of its answer. Standard Webhooks advises 15 to 30 s. */
export const ANSWER_WITHIN_MS = 15_000;

/** Bytes of an answer's body that are kept for the log. */
export const KEPT_ANSWER_BYTES = 1024;

/** What one post came to. */
export type PostOutcome =
  /** A status came in time, whichever. `body` is the beginning of what came with it, at most 1 KB. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      /** The header as it came: seconds or a date. */
      readonly retryAfter?: string;
    }
  /** No answer: refused, no such host, reset, too late. `sent` tells whether bytes may have left. */
  | { readonly kind: 'unanswered'; readonly reason: string; readonly sent: boolean }
  /** Never dialled: the name led to an address that nobody outside may have us call. */
  | { readonly kind: 'forbidden'; readonly reason: string };

/** Only 2xx is a yes. A redirect is a no: following it would let an endpoint send our messages anywhere. */
export function isSuccess(outcome: PostOutcome): boolean {
  return outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300;
}
