import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Trouble } from '../trouble.js';
import { type Started, startChild } from './child-process.js';

const SERVE = fileURLToPath(new URL('../../../../test/fakes/serve.js', import.meta.url));

interface Announced {
  readonly url: string;
  readonly adminUrl: string;
  readonly journalPath: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** How it treats whoever calls. */
export type Mood =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'healthy' };

export interface SesCounts {
  /** Calls that send. */
  readonly requests: number;
  /** Messages that it took responsibility for. */
  readonly accepted: number;
}

/** A stand-in for Amazon SES that speaks its protocol, writes down what it accepted, and fails when told to. */
export class FakeSes {
  readonly announced: Announced;
  readonly #started: Started;

  private constructor(announced: Announced, started: Started) {
    this.announced = announced;
    this.#started = started;
  }

  static async start(folder: string): Promise<FakeSes> {
    const { announced, ...started } = await startChild<Announced>({
      name: 'stand-in for SES',
      args: [SERVE, '--ses', '--journal', join(folder, 'ses'), '--die-with-parent'],
      folder,
      env: {},
      log: join(folder, 'ses.log'),
      ready: (line) => (line.startsWith('{') ? (JSON.parse(line) as { ses: Announced }).ses : undefined),
    });
    return new FakeSes(announced, started);
  }

  /** From now on; calls that hang are let go when it becomes healthy. */
  async feel(mood: Mood): Promise<void> {
    await this.#ask('PUT', 'faults', mood.kind === 'healthy' ? [] : [{ effect: mood }]);
    if (mood.kind === 'healthy') await this.#ask('POST', 'release');
  }

  counts(): Promise<SesCounts> {
    return this.#ask('GET', 'stats') as Promise<SesCounts>;
  }

  /** How often it accepted each message, by our own id of it, and how many messages it was asked for in all. */
  async journal(): Promise<{ accepted: Map<string, number>; asked: number }> {
    const accepted = new Map<string, number>();
    let asked = 0;
    for await (const line of createInterface({ input: createReadStream(this.announced.journalPath) })) {
      const entry = JSON.parse(line) as { kind: string; deliveryId?: string; recipients?: number };
      if (entry.kind === 'request') asked += entry.recipients ?? 0;
      if (entry.kind !== 'accepted') continue;
      const id = entry.deliveryId ?? '';
      accepted.set(id, (accepted.get(id) ?? 0) + 1);
    }
    return { accepted, asked };
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${this.announced.adminUrl}/__fake/${path}`, init);
    if (!response.ok) throw new Trouble(`The stand-in for SES does not do ${method} ${path}.`);
    return response.json();
  }
}
