import type { Dispatcher } from 'undici';
import { KEPT_ANSWER_BYTES, type PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import { ForbiddenAddress } from './safe-connector.js';

/** Bytes of an answer that are read so that its connection can be used again; of a longer one the connection is closed. */
const MOST_ANSWER_BYTES = 65_536;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * One post, from dispatching to its outcome. Once there is a status there is an outcome, whatever becomes of the body:
 * an endpoint that answers 200 and then trickles for ever has taken the message.
 */
export class PostExchange implements Dispatcher.DispatchHandler {
  readonly #timer: NodeJS.Timeout;
  readonly #keptBytes: number;
  readonly #resolve: (outcome: PostOutcome) => void;
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: { readonly status: number; readonly retryAfter: string | undefined } | undefined;
  #bytes = 0;
  #kept: Buffer[] = [];

  constructor(
    timeoutMs: number,
    resolve: (outcome: PostOutcome) => void,
    keptBytes: number = KEPT_ANSWER_BYTES,
  ) {
    this.#resolve = resolve;
    this.#keptBytes = keptBytes;
    this.#timer = setTimeout(() => this.#breakOff(`no answer within ${timeoutMs} ms`), timeoutMs);
  }

  /** Called when a connected socket is about to be written to. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    const again = this.#controller !== undefined;
    this.#controller = controller;
    // Given up while it waited for a connection, or about to be written a second time: neither may happen.
    if (this.#settled || again) controller.abort(new Error('already sent'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // 1xx comes before the answer.
    if (status < 200) return;
    const value = headers['retry-after'];
    this.#answer = { status, retryAfter: Array.isArray(value) ? value[0] : value };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#bytes < this.#keptBytes) this.#kept.push(chunk.subarray(0, this.#keptBytes - this.#bytes));
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_ANSWER_BYTES) this.#breakOff('a long answer');
  }

  onResponseEnd(): void {
    this.#settle(this.#outcome('no status'));
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (error instanceof ForbiddenAddress) this.#settle({ kind: 'forbidden', reason: error.message });
    else this.#settle(this.#outcome(nameOf(error)));
  }

  #breakOff(reason: string): void {
    this.#settle(this.#outcome(reason));
    this.#controller?.abort(new Error(reason));
  }

  #outcome(reason: string): PostOutcome {
    if (!this.#answer) return { kind: 'unanswered', reason, sent: this.#controller !== undefined };
    const { status, retryAfter } = this.#answer;
    // A character that the end of what is kept cuts in two is left out.
    const body = new TextDecoder().decode(Buffer.concat(this.#kept), { stream: true });
    return { kind: 'answered', status, body, ...(retryAfter !== undefined && { retryAfter }) };
  }

  #settle(outcome: PostOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#resolve(outcome);
  }
}

/** `ECONNREFUSED` rather than a sentence, where there is such a code: people search for it. */
function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
