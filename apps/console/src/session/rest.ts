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
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const search = new URLSearchParams(given).toString();
    const response = await this.#fetch(search === '' ? path : `${path}?${search}`);
    return (await response.json()) as T;
  }

  async blob(path: string): Promise<Blob> {
    return (await this.#fetch(path)).blob();
  }

  async #fetch(path: string): Promise<Response> {
    const response = await fetch(path, { headers: this.headers, credentials: 'omit' }).catch(() => undefined);
    if (!response) throw new RestRefusal(0, 'offline', 'The server cannot be reached.');
    if (!response.ok) throw refusalIn(response.status, await response.text());
    return response;
  }
}

/** @param body a problem (RFC 9457), or whatever stood between answered */
export function refusalIn(status: number, body: string): RestRefusal {
  try {
    const { code, detail, title } = JSON.parse(body) as Partial<Record<string, string>>;
    return new RestRefusal(status, code ?? 'unknown', detail ?? title ?? `The server answered ${status}.`);
  } catch {
    return new RestRefusal(status, 'unknown', `The server answered ${status}.`);
  }
}
