import { randomUUID } from 'node:crypto';
import type { Clock } from '#ports/system/clock.js';
import { UsageTrouble } from '../trouble.js';
import { ApiTrouble, silenceOf, troubleOf } from './api-trouble.js';

export interface ApiClientOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly clock: Clock;
  /** The way to the server, if not the network. */
  readonly fetch?: typeof fetch;
}

/** An answer must come within this, or the request is given up (ms). A stream may then take its time. */
const ANSWER_WITHIN_MS = 60_000;
/** A request that failed for a passing reason is repeated so often, and waited for so long at a time. */
const REPEATS = 4;
const LONGEST_WAIT_MS = 30_000;

/** Talks to the REST API. Every failure is an {@link ApiTrouble} with words for a person. */
export class ApiClient {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;

  /** @throws UsageTrouble if URL or key cannot be used; the words don't repeat the key */
  constructor({ url, key, clock, fetch: fetched = fetch }: ApiClientOptions) {
    this.#fetch = fetched;
    this.url = readUrl(url);
    this.#key = key === '' ? undefined : key;
    this.#clock = clock;
    if (this.#key !== undefined && !/^[\x21-\x7e]+$/.test(this.#key)) {
      throw new UsageTrouble(
        'The API key has characters that no key has (spaces, line breaks, letters with accents).',
      );
    }
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  async get<T>(path: string): Promise<T> {
    return (await this.#repeating(() => this.#ask('GET', path))).json() as Promise<T>;
  }

  async text(path: string): Promise<string> {
    return (await this.#repeating(() => this.#ask('GET', path))).text();
  }

  /** Carries an Idempotency-Key, so that it is done once even if the answer is lost and we ask again. */
  async post<T>(path: string, body?: unknown): Promise<T> {
    const headers = {
      'idempotency-key': randomUUID(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const init = { headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return (await this.#repeating(() => this.#ask('POST', path, init))).json() as Promise<T>;
  }

  /** Sends a stream, which cannot be sent twice: a failure is final. */
  async upload<T>(path: string, type: string, bytes: AsyncIterable<Uint8Array>): Promise<T> {
    const body = ReadableStream.from(bytes) as ReadableStream<Uint8Array>;
    const headers = { 'content-type': type, 'idempotency-key': randomUUID() };
    return (await this.#ask('POST', path, { headers, body, duplex: 'half' }, Infinity)).json() as Promise<T>;
  }

  /** The body of a stream of events, until the signal is aborted. */
  async events(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#ask('GET', path, { headers: { accept: 'text/event-stream' }, signal });
    if (!body) throw new ApiTrouble(`The server sent no events.`, { status: 200 });
    return body;
  }

  /** All of a list, page by page. */
  async *list<T>(path: string): AsyncGenerator<T> {
    const ask = path.includes('?') ? '&' : '?';
    for (let after: string | null = ''; after !== null;) {
      const from: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const page: { data: T[]; page: { next: string | null } } = await this.get(
        `${path}${ask}limit=200${from}`,
      );
      yield* page.data;
      after = page.page.next;
    }
  }

  /** Asks again after 429 and 503, as the server told us to, and when an answer got lost on its way. */
  async #repeating(ask: () => Promise<Response>): Promise<Response> {
    for (let asked = 0; ; asked += 1) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ApiTrouble) || !error.brief || asked >= REPEATS) throw error;
        const wait = Math.min(error.retryAfterMs ?? 250 * 2 ** asked, LONGEST_WAIT_MS);
        await new Promise<void>((resolve) => this.#clock.after(wait, resolve));
      }
    }
  }

  async #ask(
    method: string,
    path: string,
    init: RequestInit & { duplex?: 'half' } = {},
    withinMs = ANSWER_WITHIN_MS,
  ): Promise<Response> {
    const giveUp = new AbortController();
    const cancel = withinMs === Infinity ? () => {} : this.#clock.after(withinMs, () => giveUp.abort());
    const signal = init.signal ? AbortSignal.any([giveUp.signal, init.signal]) : giveUp.signal;
    const key = this.#key === undefined ? undefined : { authorization: `Bearer ${this.#key}` };
    try {
      const response = await this.#fetch(this.url + path, {
        ...init,
        method,
        signal,
        headers: { ...init.headers, ...key },
      });
      if (!response.ok) throw await troubleOf(response, { url: this.url, hasKey: this.hasKey });
      return response;
    } catch (error) {
      if (error instanceof ApiTrouble) throw error;
      if (giveUp.signal.aborted) {
        throw new ApiTrouble(`${this.url} gave no answer within ${withinMs / 1000} s.`, {
          status: 0,
          passing: true,
        });
      }
      throw silenceOf(error, this.url);
    } finally {
      cancel();
    }
  }
}

function readUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageTrouble(
      `The server's URL must look like http://127.0.0.1:3000, and does not.`,
      'It comes from --url or POSTHORN_URL.',
    );
  }
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') {
    throw new UsageTrouble(
      "The server's URL must not hold a user name or password.",
      'Give the API key with POSTHORN_API_KEY or --key.',
    );
  }
  return text.replace(/\/+$/, '');
}
