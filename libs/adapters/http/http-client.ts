import { Agent, type Dispatcher } from 'undici';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * What became of one HTTP request, as far as anyone can tell. The difference between `not_sent` and `lost` decides
 * whether a message may go to another provider at once, so it is taken from the moment the request is handed to a
 * connected socket and not guessed from error codes: the same ECONNRESET can mean either.
 */
export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly body: string }
  /** No byte of the request has left: refused, no such host, TLS failed, no connection in time. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  /** The request, or a part of it, has left, and no whole answer came back. */
  | { readonly kind: 'lost'; readonly reason: string };

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** `https://api.example.com`, without a path. */
  readonly origin: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** From now until the last byte of the answer, waiting for a connection included. */
  readonly timeoutMs: number;
}

/** Bytes of an answer that are read; no vendor's answer comes near. A longer one counts as lost. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Keep-alive connections to a vendor, one request on each at a time. Never follows a redirect, never repeats a
 * request, never throws.
 */
export class HttpClient {
  readonly #agent: Agent;

  /** @param connections at once, to one origin; further requests wait for one (within their timeout) */
  constructor(connections: number) {
    this.#agent = new Agent({
      connections,
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      // Each request has a deadline of its own, which covers these.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  send(request: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      const exchange = new Exchange(request.timeoutMs, resolve);
      try {
        const { method, origin, path, headers, body } = request;
        this.#agent.dispatch({ method, origin, path, headers, body: body ?? null }, exchange);
      } catch (error) {
        exchange.onResponseError(undefined, error as Error);
      }
    });
  }

  /** Ends idle connections now and the others once they are answered. Requests made later are `not_sent`. */
  close(): void {
    this.#agent.close().catch(() => {
      // Closing twice is what it complains of.
    });
  }
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #timer: NodeJS.Timeout;
  readonly #resolve: (answer: HttpAnswer) => void;
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(timeoutMs: number, resolve: (answer: HttpAnswer) => void) {
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#giveUp(`no answer within ${timeoutMs} ms`), timeoutMs);
  }

  /** Called when a connected socket is about to be written to. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    const again = this.#controller !== undefined;
    this.#controller = controller;
    // Given up while it waited for a connection, or about to be written a second time: neither may happen.
    if (this.#settled || again) controller.abort(new Error('already sent'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_ANSWER_BYTES) this.#giveUp(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString('utf8');
    this.#settle({ kind: 'answered', status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(nameOf(error));
  }

  #giveUp(reason: string): void {
    this.#fail(reason);
    this.#controller?.abort(new Error(reason));
  }

  #fail(reason: string): void {
    this.#settle({ kind: this.#controller ? 'lost' : 'not_sent', reason });
  }

  #settle(answer: HttpAnswer): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#resolve(answer);
  }
}

/** `ECONNREFUSED` rather than a sentence, where there is such a code: operators search for it. */
function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** A header's value; the first one if it came several times. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
