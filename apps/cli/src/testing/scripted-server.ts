/** What a server does with one request. */
export type Answer = (path: string, signal: AbortSignal | undefined) => Response | Promise<Response>;

/** A server that answers from a script and in no time, so that only the test's clock decides when things happen. */
export class ScriptedServer {
  readonly asked: string[] = [];
  readonly #script: Answer[] = [];

  /** The last answer is given again and again. */
  answers(...script: readonly Answer[]): this {
    this.#script.push(...script);
    return this;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const path = new URL(String(input)).pathname;
    this.asked.push(path.split('/').at(-1) ?? '');
    const answer = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    if (!answer) throw new Error('the script has no answer');
    return answer(path, init?.signal ?? undefined);
  };
}

export const json =
  (body: object, status = 200): Answer =>
  () =>
    Response.json(body, { status });

export const problem =
  (status: number, code: string, detail: string): Answer =>
  () =>
    new Response(
      JSON.stringify({ title: code, detail, code, errors: [], instance: 'urn:posthorn:request:req_1' }),
      {
        status,
        headers: { 'content-type': 'application/problem+json' },
      },
    );

export const refuses: Answer = () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  throw new TypeError('fetch failed', { cause });
};

/** A stream of these events, which then breaks off; with `open` it stays, silent. */
export const streams =
  (events: readonly (readonly [type: string, data: object])[], { open = false } = {}): Answer =>
  (_path, signal) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const [type, data] of events) {
          controller.enqueue(Buffer.from(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`));
        }
        if (!open) return controller.close();
        signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
