import type { Problem } from '#adapters/rest/kit/problem.js';
import { plain } from '../terminal/words.js';
import { Trouble } from '../trouble.js';

/** The server said no, or said nothing. */
export class ApiTrouble extends Trouble {
  /** Of the HTTP answer; 0 if there was none. */
  readonly status: number;
  /** `code` of the problem, if it was one. */
  readonly code: string | undefined;
  /** Whether the same request may succeed later. */
  readonly passing: boolean;
  /** Whether that is likely within seconds, so that it is worth repeating unasked. */
  readonly brief: boolean;
  /** When to ask again, in milliseconds, in the server's own opinion. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    about: {
      status: number;
      code?: string;
      passing?: boolean;
      brief?: boolean;
      retryAfterMs?: number;
      hint?: string;
    },
  ) {
    super(message, about.hint);
    this.name = 'ApiTrouble';
    this.status = about.status;
    this.code = about.code;
    this.passing = about.passing ?? false;
    this.brief = about.brief ?? false;
    this.retryAfterMs = about.retryAfterMs;
  }
}

const KEY_HINT =
  'Give it with POSTHORN_API_KEY or --key. The first start of the server printed the owner key.';

/** Words for an answer that is no success. */
export async function troubleOf(
  response: Response,
  asked: { url: string; hasKey: boolean },
): Promise<ApiTrouble> {
  const { status } = response;
  const problem = await problemIn(response);
  const passing = status === 429 || status >= 500;
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const brief = status === 429 || status === 503 || problem?.code === 'idempotency_in_flight';
  const when = { status, passing, brief, ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }) };
  if (!problem) {
    const hint = `Is ${asked.url} the address of a Posthorn server?`;
    return new ApiTrouble(`The server answered with HTTP ${status}.`, { ...when, hint });
  }
  const hint = hintFor(problem);
  const about = { ...when, code: problem.code, ...(hint !== undefined && { hint }) };
  return new ApiTrouble(wordsOf(problem, asked.hasKey), about);
}

function wordsOf({ title, detail, code, errors }: Problem, hasKey: boolean): string {
  if (code === 'unauthenticated') {
    return hasKey ? `The server does not take this API key. (${code})` : `An API key is needed. (${code})`;
  }
  const said = code === 'internal_error' ? title : detail;
  const faults = errors.map((fault) => `${nameOf(fault.pointer)}: ${plain(fault.detail)} (${fault.code})`);
  // One fault is most often the whole story.
  if (errors.length === 1 && errors[0]?.detail === detail) return faults.join('');
  return [`${plain(said)} (${code})`, ...faults.map((fault) => `  ${fault}`)].join('\n');
}

/** `/audience/listIds/0` is how a program says it. */
function nameOf(pointer: string): string {
  return plain(pointer).replace(/^\//, '').replaceAll('/', '.') || 'the body';
}

function hintFor({ code, instance, errors }: Problem): string | undefined {
  if (errors.some((fault) => fault.code === 'missing_variable'))
    return 'Give them with --data name=value or --data-file FILE, or try the template out with --examples.';
  switch (code) {
    case 'unauthenticated':
      return KEY_HINT;
    case 'forbidden':
      return 'Use a key that has the scope, or the owner key.';
    case 'internal_error':
      return `The server's log tells more under ${plain(instance.replace('urn:posthorn:request:', 'request '))}.`;
    default:
      return undefined;
  }
}

async function problemIn(response: Response): Promise<Problem | undefined> {
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text().catch(() => '');
  if (!type.includes('application/problem+json')) return undefined;
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return undefined;
  }
}

/** Words for a request that got no answer. */
export function silenceOf(error: unknown, url: string): ApiTrouble {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    // Not brief: asking again in a second changes nothing, and whoever typed the command wants to know.
    return new ApiTrouble(`Nothing answers at ${url}.`, {
      status: 0,
      passing: true,
      hint: 'Start the server with `npm start`, or say where it is with POSTHORN_URL or --url.',
    });
  }
  if (error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port') {
    // The Fetch standard has a list of ports that are never asked.
    return new ApiTrouble(`The port of ${url} belongs to another protocol.`, {
      status: 0,
      hint: 'Give the server another port.',
    });
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const hint = 'Check POSTHORN_URL or --url.';
    return new ApiTrouble(`There is no host by the name in ${url}.`, {
      status: 0,
      passing: code === 'EAI_AGAIN',
      hint,
    });
  }
  if (/CERT|TLS|SSL|SELF_SIGNED/.test(code ?? '')) {
    return new ApiTrouble(`No safe connection to ${url} (${code}).`, {
      status: 0,
      hint: 'Check its certificate.',
    });
  }
  return new ApiTrouble(`The connection to ${url} broke${code === undefined ? '' : ` (${code})`}.`, {
    status: 0,
    passing: true,
    brief: true,
  });
}

/** `fetch failed` says nothing: the reason is somewhere below, for a host with several addresses in a list. */
function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code: unknown = Reflect.get(at, 'code');
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
  }
  return undefined;
}
