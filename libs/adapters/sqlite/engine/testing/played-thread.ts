import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { StorageClient } from '../storage-client.js';
import type { Ask, FromStorage, ToStorage } from '../wire.js';

/** A storage thread played by hand: it answers what, and when, the test says. */
export class PlayedThread {
  readonly client: StorageClient;
  readonly #port: MessagePort;
  /** Asks in all. */
  asked = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.client = new StorageClient(port1);
    this.#port = port2;
  }

  async next(): Promise<Ask> {
    const [message] = (await once(this.#port, 'message')) as [ToStorage];
    if (!('asks' in message) || message.asks.length !== 1 || !message.asks[0]) throw new Error('not one ask');
    this.asked += 1;
    return message.asks[0];
  }

  answer({ id }: Ask, value: unknown): void {
    this.#port.postMessage({ answers: [{ id, ok: true, value }] } satisfies FromStorage);
  }

  fail({ id }: Ask): void {
    const error = { name: 'Error', message: 'the disk is gone', stack: undefined, refusal: undefined };
    this.#port.postMessage({ answers: [{ id, ok: false, error }] } satisfies FromStorage);
  }

  close(): void {
    this.#port.close();
  }
}
