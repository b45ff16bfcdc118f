import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';

export interface ReceivedWebhook {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Only then may nobody tell it again. */
  readonly taken: boolean;
}

/** A customer's server with bad days. It outlives the victim and remembers all that it was told. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  readonly #server: Server;
  readonly #random: SeededRandomness;
  readonly #failing: number;
  readonly #times = new Map<string, number>();

  private constructor(random: SeededRandomness, failing: number) {
    this.#random = random;
    this.#failing = failing;
    this.#server = createServer((request, response) => {
      text(request).then(
        (body) => this.#take(request.headers, body, response),
        () => {},
      );
    });
  }

  /** @param failing the share of first posts that fail, in one way or another */
  static async start(random: SeededRandomness, failing: number): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(random, failing);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/webhooks`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(headers: IncomingHttpHeaders, body: string, response: ServerResponse): void {
    const id = String(headers['webhook-id']);
    const times = (this.#times.get(id) ?? 0) + 1;
    this.#times.set(id, times);
    const fate = this.#random.unit();
    const way = this.#random.unit();
    const fails = fate < (times === 1 ? this.#failing : times === 2 ? this.#failing / 4 : 0);
    this.received.push({ id, headers, body, taken: !fails });
    if (!fails) response.writeHead(204).end();
    else if (way < 0.5) response.writeHead(way < 0.3 ? 500 : 503).end('later');
    // Read, and perhaps acted upon; but whoever told it will never know.
    else if (way < 0.75) response.socket?.resetAndDestroy();
    // Otherwise it says nothing at all, until whoever waits has had enough.
  }
}
