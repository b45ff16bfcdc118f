export const OFFLINE = 'The server cannot be reached.';

/** What the server does not do, in its words. */
export class RestRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'RestRefusal';
    this.status = status;
    this.code = code;
  }
}

/** The REST API of the server that this page came from, in the name of one user. */
export class Rest {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  get headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.#token}` };
  }

  /** @throws RestRefusal; of status 0 if nobody answered */
  async get<T>(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): Promise<T> {
    const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const search = new URLSearchParams(given).toString();
    const response = await this.#fetch(search === '' ? path : `${path}?${search}`);
    return (await response.json()) as T;
  }

  async blob(path: string): Promise<Blob> {
    return (await this.#fetch(path)).blob();
  }

  /**
   * Changes something. Answers nothing (undefined) where the server has nothing to say.
   * @param key whoever had no answer asks again under the same one, and it is done once
   * @throws RestRefusal
   */
  async change<T = undefined>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    key?: string,
  ): Promise<T> {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    const response = await this.#fetch(path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async #fetch(path: string, { headers, ...asked }: RequestInit = {}): Promise<Response> {
    const all = { ...this.headers, ...(headers as Readonly<Record<string, string>> | undefined) };
    const response = await fetch(path, { ...asked, headers: all, credentials: 'omit' }).catch(
      () => undefined,
    );
    if (!response) throw new RestRefusal(0, 'offline', OFFLINE);
    if (!response.ok) throw refusalIn(response.status, await response.text());
    return response;
  }
}

interface ProblemBody {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly detail?: string }[];
}

function detailOf({ detail = '' }: { readonly detail?: string }): string {
  return detail;
}

/** Of whatever was thrown, for whoever looks at the page. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @param body a problem (RFC 9457), or whatever stood between answered */
export function refusalIn(status: number, body: string): RestRefusal {
  try {
    const { code, detail, title, errors = [] } = JSON.parse(body) as ProblemBody;
    // Of each field once: nine names that cannot be names say the same nine times.
    const words = new Set([detail ?? title ?? `The server answered ${status}.`, ...errors.map(detailOf)]);
    return new RestRefusal(status, code ?? 'unknown', [...words].filter(Boolean).join(' '));
  } catch {
    return new RestRefusal(status, 'unknown', `The server answered ${status}.`);
  }
}
