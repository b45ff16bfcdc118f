/** One hostile request, and the one answer to it. */
export interface HostileRow {
  /** Of the list of hostile input. */
  readonly item: number;
  readonly name: string;
  readonly request: HostileRequest;
  readonly status: number;
  /** Undefined where nothing is refused: what was meant to do harm does none. */
  readonly code: string | undefined;
  /** Where the fault is said to be. */
  readonly pointer: string | undefined;
  /** What the answer says beside that. */
  readonly says: readonly RegExp[];
  /**
   * Where API Gateway stands before the function, and it is not the same there. `unasked`: the gateway refuses it by itself, in words of its
   * own, and no function is asked.
   */
  readonly gateway?: Expected | 'unasked';
}

export type Expected = Pick<HostileRow, 'status' | 'code' | 'pointer'>;

/** `{template}`, `{campaign.draft}`, `{their.list}`, `{key}` and the like stand for what is there, see known-world.ts. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text and bytes as they are, as JSON too unless a header says otherwise. */
  readonly body?: unknown;
  /** In place of everything else: the bytes of the whole request. */
  readonly raw?: string;
}

type Given = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

/** `422 header_injection /subject`; without a code where it is harmless. */
function expected(answer: string): Expected {
  const [status = '', code, pointer] = answer.split(' ');
  return { status: Number(status), code, pointer };
}

/** Bytes of a head that API Gateway takes. */
const GATEWAY_HEAD = 10_240;

function row(item: number, name: string, answer: string, request: Partial<HostileRequest>): HostileRow {
  const whole = { method: 'GET', path: '/', headers: {}, ...request };
  const isTooLong = Object.values(whole.headers).join('').length > GATEWAY_HEAD;
  const known = { item, name, request: whole, ...expected(answer), says: [] };
  return isTooLong ? { ...known, gateway: 'unasked' } : known;
}

/** The same request with each of these bodies has this answer. */
export function bodies(
  item: number,
  request: string,
  answer: string,
  given: Given,
  headers: Headers = {},
): HostileRow[] {
  const [method = '', path = ''] = request.split(' ');
  return Object.entries(given).map(([name, body]) =>
    row(item, `${name}, for ${request}`, answer, { method, path, headers, body }),
  );
}

/** The same method on each of these paths has this answer; with this body, if any. */
export function paths(
  item: number,
  method: string,
  answer: string,
  given: Readonly<Record<string, string>>,
  body?: unknown,
): HostileRow[] {
  return Object.entries(given).map(([name, path]) =>
    row(item, name, answer, { method, path, ...(body !== undefined && { body }) }),
  );
}

/** The same request under each of these headers has this answer. */
export function headers(
  item: number,
  request: string,
  answer: string,
  given: Readonly<Record<string, Headers>>,
  body?: unknown,
): HostileRow[] {
  const [method = '', path = ''] = request.split(' ');
  return Object.entries(given).map(([name, sent]) =>
    row(item, name, answer, { method, path, headers: sent, ...(body !== undefined && { body }) }),
  );
}

/** Each of these texts, sent as the whole request, has this answer. */
export function raw(item: number, answer: string, given: Readonly<Record<string, string>>): HostileRow[] {
  // What is no request, or none that is well formed, ends at the gateway.
  return Object.entries(given).map(([name, text]) => ({
    ...row(item, name, answer, { raw: text }),
    gateway: 'unasked',
  }));
}

/** Each of these commands, asked of a campaign in each of these states, is refused, naming both. */
export function transitions(
  item: number,
  given: Readonly<Record<string, readonly (readonly [command: string, becomes: string])[]>>,
): HostileRow[] {
  return Object.entries(given).flatMap(([state, commands]) =>
    commands.map(([command, becomes]) => {
      const path = `/v1/campaigns/{campaign.${state}}/${command}`;
      const body = command === 'schedule' ? { scheduleAt: '2099-01-01T00:00:00Z' } : undefined;
      const asked = { method: 'POST', path, ...(body && { body }) };
      const says = [new RegExp(`\\b${state}\\b`), new RegExp(`\\b${becomes}\\b`)];
      return { ...row(item, `${command} of one ${state}`, '409 invalid_transition', asked), says };
    }),
  );
}

export function saying(rows: readonly HostileRow[], ...says: readonly RegExp[]): HostileRow[] {
  return rows.map((one) => ({ ...one, says }));
}

/** Behind API Gateway each of them has this answer. */
export function gatewayAnswers(answer: string, rows: readonly HostileRow[]): HostileRow[] {
  return rows.map((one) => ({ ...one, gateway: answer === 'unasked' ? answer : expected(answer) }));
}
