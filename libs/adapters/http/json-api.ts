export interface ApiRoot {
  readonly origin: string;
  /** Without a slash at the end; mostly empty. */
  readonly path: string;
}

/** @throws TypeError if it is not a URL; configuration checks that before */
export function apiRoot(url: string): ApiRoot {
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname.replace(/\/+$/, '') };
}

/** The value, or undefined for whatever is not JSON: an error page is an answer too. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * A vendor's words. Anything else that stands in their place says nothing: to make a text of it is to run into an object
 * whose `toString` is a number.
 */
export function saidIn(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** An object to look into, whatever was sent: an empty one in place of anything else. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
