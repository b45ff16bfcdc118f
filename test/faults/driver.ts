import { VICTIM_KEY, VictimProcess } from './victim-process.js';

export type Json = Readonly<Record<string, unknown>>;

const GIVE_UP_MS = 90_000;
const LOOK_EVERY_MS = 25;

/** A client that won't be put off: it starts the server again when it has died, and repeats what got no answer. */
export class Driver {
  readonly #env: (life: number) => Readonly<Record<string, string>>;
  readonly #deadline = performance.now() + GIVE_UP_MS;
  #victim: VictimProcess | undefined;
  #lastKey = 0;
  lives = 0;

  constructor(env: (life: number) => Readonly<Record<string, string>>) {
    this.#env = env;
  }

  /** Answers 2xx, or what a status in `also` says. Writes carry an Idempotency-Key, so that repeating is harmless. */
  async request(method: string, path: string, body?: unknown, also: readonly number[] = []): Promise<Json> {
    const key = `harness-${++this.#lastKey}`;
    for (;;) {
      const victim = await this.#living();
      const answer = await this.#once(victim.url, method, path, body, key);
      if (answer && (answer.status < 300 || also.includes(answer.status)))
        return { ...answer.body, httpStatus: answer.status };
      if (answer && answer.status < 500 && answer.status !== 409 && answer.status !== 429) {
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      await this.#rest();
    }
  }

  /** Asks until the answer is what is hoped for. */
  async until(path: string, hoped: (answer: Json) => boolean): Promise<Json> {
    for (;;) {
      const answer = await this.request('GET', path);
      if (hoped(answer)) return answer;
      await this.#rest(path, answer);
    }
  }

  killNow(): void {
    this.#victim?.kill();
  }

  async stop(): Promise<void> {
    await this.#victim?.stop();
  }

  async #living(): Promise<VictimProcess> {
    while (!this.#victim || this.#victim.ended) {
      this.lives += 1;
      this.#victim = await VictimProcess.start(this.#env(this.lives));
      if (!this.#victim) await this.#rest();
    }
    return this.#victim;
  }

  async #once(
    url: string,
    method: string,
    path: string,
    body: unknown,
    key: string,
  ): Promise<{ status: number; body: Json } | undefined> {
    const csv = typeof body === 'string';
    const headers: Record<string, string> = { authorization: `Bearer ${VICTIM_KEY}` };
    if (method !== 'GET') headers['idempotency-key'] = key;
    if (body !== undefined) headers['content-type'] = csv ? 'text/csv' : 'application/json';
    try {
      const init = body === undefined ? {} : { body: csv ? body : JSON.stringify(body) };
      const response = await fetch(url + path, { method, headers, ...init });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
    } catch {
      return undefined;
    }
  }

  async #rest(path = '', answer: Json = {}): Promise<void> {
    if (performance.now() > this.#deadline)
      throw new Error(`Gave up waiting for ${path}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
