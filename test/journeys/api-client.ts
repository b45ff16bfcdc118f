import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

export type Json = Readonly<Record<string, unknown>>;

const LOOK_EVERY_MS = 25;

/** A client that repeats what got no answer or was turned away for now, each write under its own key, whoever answers. */
export class ApiClient {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  post(path: string, body?: unknown): Promise<Json> {
    return this.#write('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Json> {
    return this.#write('PUT', path, body);
  }

  get(path: string): Promise<Json> {
    return this.#ask(path, { headers: { authorization: `Bearer ${this.#key}` } });
  }

  /** Asks until the answer is what is hoped for. */
  async until(path: string, hoped: (answer: Json) => boolean): Promise<Json> {
    for (;;) {
      const answer = await this.get(path);
      if (hoped(answer)) return answer;
      await wait(LOOK_EVERY_MS);
    }
  }

  #write(method: string, path: string, body: unknown): Promise<Json> {
    const csv = typeof body === 'string';
    const headers = {
      authorization: `Bearer ${this.#key}`,
      'idempotency-key': randomUUID(),
      ...(body !== undefined && { 'content-type': csv ? 'text/csv' : 'application/json' }),
    };
    const init = body === undefined ? {} : { body: csv ? body : JSON.stringify(body) };
    return this.#ask(path, { method, headers, ...init });
  }

  async #ask(path: string, init: RequestInit): Promise<Json> {
    for (;;) {
      const response = await fetch(this.#url + path, init).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (response?.ok && text !== undefined) return text === '' ? {} : (JSON.parse(text) as Json);
      const again =
        !response || text === undefined || [409, 429].includes(response.status) || response.status >= 500;
      if (!again) throw new Error(`${path}: ${response.status} ${text}`);
      await wait(LOOK_EVERY_MS);
    }
  }
}
