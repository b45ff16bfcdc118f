import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a page of this origin may connect. No browser lets a page hide its origin, and whoever is no browser has none:
 * for those the token alone counts.
 */
export function isWelcome({ origin, host }: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  if (origin === undefined) return true;
  // A file, a sandboxed frame, a redirect: `null` may be anybody.
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (allowed.includes(from.origin)) return true;
  return host !== undefined && hostOf(`${from.protocol}//${host}`) === from.host;
}

/** Without the port that goes without saying, in lower case. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
