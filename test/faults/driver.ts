import { type Program, VICTIM_KEY, VictimProcess } from './victim-process.js';

export type Json = Readonly<Record<string, unknown>>;

/** A request as a vendor makes it, ready to be sent. */
export interface Callback {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

const GIVE_UP_MS = 220_000;
/** No vendor waits for ever for an answer to what it calls back. */
const VENDOR_PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 25;

/**
 * A client that won't be put off: it starts the server again when it has died, and repeats what got no answer. Several may
 * ask by it side by side.
 */
export class Driver {
  readonly #env: (life: number) => Readonly<Record<string, string>>;
  readonly #deadline = performance.now() + GIVE_UP_MS;
  readonly #program: Program;
  readonly #lookEveryMs: number;
  #victim: VictimProcess | undefined;
  #starting: Promise<VictimProcess> | undefined;
  #stopped = false;
  #lastKey = 0;
  lives = 0;

  constructor(
    env: (life: number) => Readonly<Record<string, string>>,
    program: Program = 'victim',
    lookEveryMs = LOOK_EVERY_MS,
  ) {
    this.#env = env;
    this.#program = program;
    this.#lookEveryMs = lookEveryMs;
  }

  /** Answers 2xx, or what a status in `also` says. Writes carry an Idempotency-Key, so that repeating is harmless. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    also: readonly number[] = [],
    key = this.newKey(),
  ): Promise<Json> {
    for (;;) {
      const victim = await this.#living();
      const answer = await this.#once(victim.url, method, path, body, key);
      const underWay = answer?.body['code'] === 'idempotency_in_flight';
      if (answer && !underWay && (answer.status < 300 || also.includes(answer.status)))
        return { ...answer.body, httpStatus: answer.status };
      if (answer && answer.status < 500 && answer.status !== 409 && answer.status !== 429) {
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      await this.#rest(`${method} ${path}`, answer?.body);
    }
  }

  /** Where the server was last; somebody else may listen there by now. */
  get url(): string {
    return this.#victim?.url ?? 'http://127.0.0.1:1';
  }

  newKey(): string {
    return `harness-${++this.#lastKey}`;
  }

  /** One try, as a vendor has it. Answers the status; undefined if there was none. */
  async tell(make: (publicUrl: string) => Callback): Promise<number | undefined> {
    const victim = await this.#living();
    const { path, headers, body } = make(victim.publicUrl);
    try {
      const response = await fetch(victim.url + path, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(VENDOR_PATIENCE_MS),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return undefined;
    }
  }

  /**
   * Looks until nothing is left to be done, with a server that lives.
   * @param look says what is
   * @param act done before each look
   */
  async untilAtRest(look: () => string | undefined, act = async (): Promise<void> => {}): Promise<void> {
    for (;;) {
      await this.#living();
      await act();
      const left = look();
      if (left === undefined) return;
      await this.#rest(left, {}, 4 * this.#lookEveryMs);
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
    this.#stopped = true;
    this.#victim?.kill();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#starting?.catch(() => {});
    await this.#victim?.stop();
  }

  async #living(): Promise<VictimProcess> {
    if (this.#stopped) throw new Error('The play is over.');
    if (this.#victim && !this.#victim.ended) return this.#victim;
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #start(): Promise<VictimProcess> {
    for (;;) {
      this.lives += 1;
      this.#victim = await VictimProcess.start(this.#env(this.lives), this.#program);
      if (this.#victim) return this.#victim;
      await this.#rest();
    }
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

  async #rest(path = '', answer: Json = {}, ms = this.#lookEveryMs): Promise<void> {
    if (performance.now() > this.#deadline)
      throw new Error(`Gave up waiting for ${path}: ${JSON.stringify(answer).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}
