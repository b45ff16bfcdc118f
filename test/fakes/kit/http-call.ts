import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** The vendor's name for a refusal, for the journal. */
  error?: string | undefined;
}

/** One HTTP request, whole. */
export class HttpCall {
  readonly id: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  fault?: string | undefined;
  /** Bench mode: how many mails the body held. It was counted as it went by, and `body` is empty. */
  mails?: number;
  #json: { value: unknown } | undefined;

  constructor(id: string, { method = '', url = '', headers }: IncomingMessage, body: Buffer) {
    const mark = url.indexOf('?');
    this.id = id;
    this.method = method;
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.query = mark === -1 ? '' : url.slice(mark + 1);
    this.headers = headers;
    this.body = body;
  }

  /** The body as JSON, parsed once; `undefined` when it is not JSON. */
  json(): unknown {
    this.#json ??= { value: parse(this.body) };
    return this.#json.value;
  }

  header(name: string): string | undefined {
    const value = this.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function withHeaders(answer: Answer, headers: Record<string, string>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** The page of a load balancer that stands before the vendor: what 502 and 504 look like from outside. */
export function gatewayAnswer(status: number, words: string): Answer {
  const body = `<html><head><title>${status} ${words}</title></head><body><h1>${status} ${words}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html' }, body, error: words };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
