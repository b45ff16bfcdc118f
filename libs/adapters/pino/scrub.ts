/**
 * Takes out of a line of log what must not be in it. It works on the finished line, not on the fields that went into
 * it, because addresses and secrets also stand in messages, stacks and causes, where no list of field names finds them.
 */
export type Scrub = (line: string) => string;

/** `user:password@` in a URL. */
const URL_CREDENTIALS = /:\/\/[^/\s"'@]+@/g;
/** Anything that could be read as an address; `@scope/package` in a stack has nothing before its @. */
const ADDRESS = /[^\s"'<>()[\]{},;:\\/@=]+@[^\s"'<>()[\]{},;:\\/@]+/g;
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
  const configured = literal.length > 0 ? new RegExp([...new Set(literal)].map(quoted).join('|'), 'g') : undefined;
  return (line) => {
    const withoutSecrets = configured ? line.replace(configured, '[secret]') : line;
    return withoutSecrets
      .replace(API_KEY, '[secret]')
      .replace(BEARER, '$1 [secret]')
      .replace(URL_CREDENTIALS, '://[secret]@')
      .replace(ADDRESS, '[address]');
  };
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
