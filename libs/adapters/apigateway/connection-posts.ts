import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { PushFrame } from '#adapters/chat-frames/wire.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';

/** Bytes of one message, on API Gateway. It cuts them into frames of 32 KB itself. */
export const LARGEST_MESSAGE = 128 * 1024;
/** Posts on their way at once, of one process. */
const AT_ONCE = 64;
/** Attempts of one post: with the waits between them about a second. */
const MOST_ATTEMPTS = 5;
const FIRST_WAIT_MS = 50;

/** `failed`: nobody knows whether it was told. */
export type Posted = 'told' | 'gone' | 'too_large' | 'failed';

export interface PostTools {
  /** Made with `maxAttempts: 1` and the endpoint of the API's stage: asking again is done here. */
  readonly client: Pick<ApiGatewayManagementApiClient, 'send'>;
  readonly clock: Clock;
  readonly randomness: Pick<Randomness, 'unit'>;
  readonly log: Log;
}

/** The way to connections that API Gateway holds: one request for each of them, there is no broadcast. */
export class ConnectionPosts {
  readonly #tools: PostTools;
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(tools: PostTools, atOnce = AT_ONCE) {
    this.#tools = tools;
    this.#atOnce = atOnce;
  }

  /** What is posted before the answer to the post before it has come may overtake that. */
  async post(connectionId: string, { event, json }: PushFrame): Promise<Posted> {
    const Data = Buffer.from(`{"event":${JSON.stringify(event)},"data":${json}}`);
    if (Data.byteLength > LARGEST_MESSAGE) return 'too_large';
    await this.#enter();
    try {
      return await this.#ask(() =>
        this.#tools.client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data })),
      );
    } finally {
      this.#leave();
    }
  }

  async hangUp(connectionId: string): Promise<void> {
    await this.#ask(() =>
      this.#tools.client.send(new DeleteConnectionCommand({ ConnectionId: connectionId })),
    );
  }

  async #ask(ask: () => Promise<unknown>): Promise<Posted> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await ask();
        return 'told';
      } catch (error) {
        const status = statusOf(error);
        if (status === 410) return 'gone';
        if (status === 413) return 'too_large';
        const isPassing = status === undefined || status === 429 || status >= 500;
        if (!isPassing || attempt >= MOST_ATTEMPTS) {
          this.#tools.log.warn('chat.post_failed', { error });
          return 'failed';
        }
      }
      const most = FIRST_WAIT_MS * 2 ** attempt;
      const wait = Math.ceil(this.#tools.randomness.unit() * most);
      await new Promise<void>((resolve) => this.#tools.clock.after(wait, resolve));
    }
  }

  async #enter(): Promise<void> {
    if (this.#busy < this.#atOnce) this.#busy += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Whoever waits takes the place. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy -= 1;
  }
}

/** The SDK names some of these errors and not others: the status is always there, but where nobody answered. */
function statusOf(error: unknown): number | undefined {
  const { name, $metadata } = error as {
    readonly name?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return name === 'GoneException' ? 410 : $metadata?.httpStatusCode;
}
