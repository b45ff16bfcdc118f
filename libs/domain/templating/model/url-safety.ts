/**
 * Which URLs a mail may hold. Rule by rule as a browser reads a URL (https://url.spec.whatwg.org/#url-parsing):
 * spaces and control characters in front and tabs and line breaks anywhere are skipped, the scheme is in any case.
 */
export type UrlVerdict = 'safe' | 'unsafe' | 'undecided';

/** Schemes that run code, or that show the reader's own files or memory as if we had sent them. */
const UNSAFE_SCHEMES = new Set([
  'javascript',
  'vbscript',
  'livescript',
  'mocha',
  'file',
  'blob',
  'filesystem',
  'view-source',
]);
/** Pictures of points only: an SVG is a document and may hold a script. */
const PICTURE = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp)[;,]/;
/** More than any browser skips, so that a client that skips more than browsers do is covered too. */
const SKIPPED = /[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]/g;
const PLAIN_WEB = /^https?:\/\//i;

/**
 * @param url with character references already resolved
 * @param complete false for the beginning of a URL whose rest is not known yet
 */
export function judgeUrl(url: string, complete: boolean): UrlVerdict {
  if (PLAIN_WEB.test(url)) return 'safe';
  const text = url.replace(SKIPPED, '').toLowerCase();
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === 'data') {
    if (PICTURE.test(text)) return 'safe';
    return complete ? 'unsafe' : 'undecided';
  }
  if (scheme !== undefined) return UNSAFE_SCHEMES.has(scheme) ? 'unsafe' : 'safe';
  // A slash, a question mark or a hash before any colon: what follows is a path, whatever it says.
  if (complete || /^[^:]*[/?#]/.test(text)) return 'safe';
  return 'undecided';
}
