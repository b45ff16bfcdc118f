/**
 * Takes out of a line of log what must not be in it. It works on the finished line, not on the fields that went into
 * it, because addresses and secrets also stand in messages, stacks and causes, where no list of field names finds them.
 */
export type Scrub = (line: string) => string;

/** `user:password@` in a URL. */
const URL_CREDENTIALS = /:\/\/[^/\s"'@]+@/g;
/** What ends an address on either side. `@scope/package` in a stack has nothing before its @, and is none. */
const NOT_IN_ADDRESS = new Set(' \t\r\n"\'<>()[]{},;:\\/@=');
const API_KEY = /\bphk_[0-9a-z]{26}_[0-9a-z]+/g;
const BEARER = /\b(bearer|basic) +[\w.~+/=-]+/gi;
/** Secrets of fewer characters would be found inside ordinary words. */
const SHORTEST_SECRET = 6;

/** @param secrets the values this process was configured with: they are taken out wherever they stand */
export function scrubbing(secrets: readonly string[]): Scrub {
  const literal = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length);
  const configured =
    literal.length > 0 ? new RegExp([...new Set(literal)].map(quoted).join('|'), 'g') : undefined;
  return (line) => {
    const withoutSecrets = configured ? line.replace(configured, '[secret]') : line;
    const withoutKeys = withoutSecrets
      .replace(API_KEY, '[secret]')
      .replace(BEARER, '$1 [secret]')
      .replace(URL_CREDENTIALS, '://[secret]@');
    return withoutAddresses(withoutKeys);
  };
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Within a line of JSON a quote that belongs to a text is written so; `"canary bird"@example.com` is an address. */
const QUOTE = String.raw`\"`;
/** RFC 5321: the part before the @ has at most 64 characters, here each perhaps escaped twice. */
const LONGEST_LOCAL_PART = 4 * 64;

/** Where the quoted text begins that ends before `at`; `at` if it has no beginning nearby. */
function openingQuote(line: string, at: number): number {
  const nearby = line.slice(Math.max(0, at - LONGEST_LOCAL_PART), at - QUOTE.length);
  let found = nearby.lastIndexOf(QUOTE);
  while (found > 0 && nearby.charAt(found - 1) === '\\') found = nearby.lastIndexOf(QUOTE, found - 1);
  return found < 0 ? at : at - QUOTE.length - nearby.length + found;
}

/** Looks around every @. A pattern for the same would try anew from each character before it: a line is a stranger's. */
function withoutAddresses(line: string): string {
  let scrubbed = '';
  let done = 0;
  for (let at = line.indexOf('@'); at >= 0; at = line.indexOf('@', Math.max(at + 1, done))) {
    let from = at;
    while (from > done && !NOT_IN_ADDRESS.has(line.charAt(from - 1))) from -= 1;
    if (from === at && line.endsWith(QUOTE, at)) from = Math.max(done, openingQuote(line, at));
    let to = at + 1;
    while (to < line.length && !NOT_IN_ADDRESS.has(line.charAt(to))) to += 1;
    if (from === at || to === at + 1) continue;
    scrubbed += `${line.slice(done, from)}[address]`;
    done = to;
  }
  return scrubbed + line.slice(done);
}

/** Names whose values are secrets wherever they stand, in case one is not among the configured ones. */
const SECRET_NAMES = /^(authorization|cookie|credentials|.*(password|secret|token|api_?key|access_?key))$/i;
/** Nobody reads further down, or further along, than this. */
const DEEPEST = 5;
const MOST_ITEMS = 100;

/**
 * What can be written of a value: plain data, errors with their stack and cause, nothing named like a secret, no
 * circles. Still to be scrubbed: only the finished text shows what stands in it.
 */
export function writable(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '…';
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => writable(item, depth + 1));
  return { ...wordsOf(value, depth), ...propertiesOf(value, depth) };
}

/** Not `instanceof`: an error of another thread or context is one as well. */
function wordsOf(value: object, depth: number): Record<string, unknown> {
  if (!('stack' in value && 'message' in value)) return {};
  const { name, message, stack } = value as Error;
  const cause: unknown = 'cause' in value ? value.cause : undefined;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: writable(cause, depth + 1) }) };
}

function propertiesOf(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, MOST_ITEMS);
  return Object.fromEntries(
    entries.map(([name, item]) => [name, SECRET_NAMES.test(name) ? '[secret]' : writable(item, depth + 1)]),
  );
}
