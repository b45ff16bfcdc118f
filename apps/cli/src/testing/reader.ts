import { differences, type TypedRequest } from './typed-document.js';

/** Routing and sending go on after the answer: a reader takes longer than this to read it. */
const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 25;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** Somebody who types what a document tells, request by request, and puts in the ids that they were answered. */
export class Reader {
  readonly #url: string;
  readonly #key: string;
  readonly #ids = new Map<string, string>();
  /** What of the document is different here and now. */
  readonly #instead: (text: string) => string;

  constructor(url: string, key: string, instead: (text: string) => string = (text) => text) {
    this.#url = url;
    this.#key = key;
    this.#instead = instead;
  }

  /** @throws Error saying where the answer is not what the document shows */
  async type(request: TypedRequest): Promise<Answered> {
    const known = this.#known(request);
    const shown = JSON.parse(this.#instead(JSON.stringify(request.shown ?? {}))) as unknown;
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const answered = await this.#ask(known);
      const wrong = differences(shown, answered.json);
      // Asking changes nothing, so one who reads may ask again until it has come so far.
      if (wrong.length === 0) return this.#remembering(answered);
      if (known.method !== 'GET' || Date.now() > until)
        throw new Error(`${known.method} ${known.path} is not answered as shown: ${wrong.join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  #known(request: TypedRequest): TypedRequest {
    const put = (text: string): string =>
      this.#instead(text).replace(/\b([a-z]{3})_…/g, (_, kind: string) => this.#ids.get(kind) ?? '?');
    const { path, body } = request;
    return { ...request, path: put(path), body: body === undefined ? undefined : put(body) };
  }

  async #ask({ method, path, headers, body }: TypedRequest): Promise<Answered> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    const json = text === '' ? undefined : (JSON.parse(text) as unknown);
    return { status: answer.status, headers: answer.headers, json };
  }

  #remembering(answered: Answered): Answered {
    // Lists begin with the newest: that one is meant from now on.
    const text = JSON.stringify(answered.json ?? {});
    for (const [, id = ''] of [...text.matchAll(/"(?:id|messageId)":"([a-z]{3}_\w+)"/g)].reverse())
      this.#ids.set(id.slice(0, 3), id);
    return answered;
  }
}
