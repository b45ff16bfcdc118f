import type { SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import { type HttpAnswer, HttpClient } from '#adapters/http/http-client.js';

type RequestHandler = Extract<NonNullable<SESv2ClientConfig['requestHandler']>, { handle: unknown }>;
type SdkRequest = Parameters<RequestHandler['handle']>[0];

/** Passed to the SDK with each command; the SDK hands it on to the handler below. */
export interface SesExchange {
  /** `performance.now()` at which the call is given up. */
  readonly deadline: number;
  /** Set once the request is out of the SDK's hands. */
  handed: boolean;
  /** Set when nobody waits any more: credentials that come too late must send nothing. */
  abandoned: boolean;
  answer: HttpAnswer | undefined;
}

/** Thrown into the SDK when there is no answer; what is known about it is in `SesExchange.answer`. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * Carries the SDK's requests over our own client. The handler that the SDK brings along reports a connection that was
 * refused and one that was lost in the middle of an answer by the same kind of error; ours knows whether a byte left.
 */
export class SesRequestHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  async handle(request: SdkRequest, options?: object) {
    const exchange = options as SesExchange;
    exchange.handed = true;
    exchange.answer = await this.#send(request, exchange);
    const { answer } = exchange;
    if (answer.kind !== 'answered') throw new NoAnswer(answer.reason);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) headers[name] = String(value);
    return { response: { statusCode: answer.status, headers, body: Buffer.from(answer.body) } };
  }

  #send(request: SdkRequest, exchange: SesExchange): Promise<HttpAnswer> {
    const timeoutMs = Math.ceil(exchange.deadline - performance.now());
    if (exchange.abandoned || timeoutMs <= 0) {
      return Promise.resolve({ kind: 'not_sent', reason: 'the time was up before there were credentials' });
    }
    const port = request.port === undefined ? '' : `:${request.port}`;
    return this.#http.send({
      method: request.method === 'GET' ? 'GET' : 'POST',
      origin: `${request.protocol}//${request.hostname}${port}`,
      path: request.path,
      headers: request.headers,
      body: request.body as string | Uint8Array,
      timeoutMs,
    });
  }

  destroy(): void {
    this.#http.close();
  }

  updateHttpClientConfig(): void {
    // There is nothing in it that the SDK could change.
  }

  httpHandlerConfigs(): object {
    return {};
  }
}
