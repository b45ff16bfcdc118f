import { judgeUrl } from '#domain/templating/model/url-safety.js';

/** A property of the data itself. What an object inherits is the language's, not the data's, and is not there. */
export function property(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null || !Object.hasOwn(of, name)) return undefined;
  return (of as Record<string, unknown>)[name];
}

/** What Handlebars calls empty: nothing, false, '' and [], and 0 unless it counts. */
export function isTruthy(value: unknown, zeroCounts: boolean): boolean {
  if (value === 0) return zeroCounts;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** How a value prints. An object prints nothing: "[object Object]" is never what somebody wanted to read. */
export function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'object':
      return Array.isArray(value)
        ? value.map((one) => (typeof one === 'object' ? '' : textOf(one))).join(',')
        : '';
    default:
      return '';
  }
}

const MARKUP = /[&<>"']/;

/**
 * Safe as text and inside quoted attributes, the only places where html may have values. (Handlebars also escapes
 * = and `, for attributes without quotes; that would write `?a&#x3D;1` into links, which some link checkers misread.)
 * Written out because every value of every message comes through here: a third of the time `replace` takes.
 */
export function escapeHtml(text: string): string {
  let at = text.search(MARKUP);
  if (at < 0) return text;
  let out = '';
  let from = 0;
  for (; at < text.length; at++) {
    const reference = referenceFor(text.charCodeAt(at));
    if (reference === '') continue;
    out += text.slice(from, at) + reference;
    from = at + 1;
  }
  return out + text.slice(from);
}

function referenceFor(code: number): string {
  switch (code) {
    case 0x26:
      return '&amp;';
    case 0x3c:
      return '&lt;';
    case 0x3e:
      return '&gt;';
    case 0x22:
      return '&quot;';
    case 0x27:
      return '&#39;';
    default:
      return '';
  }
}

/** Colours, sizes, font names. What could end a declaration or begin a function is left out. */
export function cssText(text: string): string {
  return text.replace(/[^\p{L}\p{N}_ #%.,+-]/gu, '');
}

/** An address inside `url( )` in CSS: nothing in it can end the quotes or the brackets. */
export function cssUrl(text: string): string {
  return text.replace(/["'()\\<>\s\u0000-\u001f]/g, (char) =>
    char.charCodeAt(0) < 128 ? `%${char.charCodeAt(0).toString(16).padStart(2, '0')}` : '',
  );
}

/** A link checker may resolve references once, and the client it hands the mail to once more. */
const READINGS = 3;

/** True if a client may be shown the URL, as written in html, however often it is read on the way. */
export function isSafeUrl(written: string): boolean {
  let url = written;
  for (let reading = 0; reading < READINGS; reading++) {
    if (judgeUrl(url, true) === 'unsafe') return false;
    if (!url.includes('&')) return true;
    url = resolveReferences(url);
  }
  return judgeUrl(url, true) !== 'unsafe';
}

const NAMED: Readonly<Record<string, string>> = {
  tab: '\t',
  newline: '\n',
  colon: ':',
  sol: '/',
  quest: '?',
  num: '#',
  amp: '&',
  quot: '"',
  apos: "'",
  lpar: '(',
  period: '.',
  nbsp: ' ',
};

/**
 * Resolves the character references that matter to the reading of a URL's scheme: all numeric ones, with or without
 * their semicolon, and the named ones for its punctuation and for space (no letter of ASCII has a name).
 */
export function resolveReferences(html: string): string {
  return html.replace(/&(?:#x([0-9a-f]{1,8})|#(\d{1,8})|([a-z]{2,8}));?/gi, (all, hex, decimal, name) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? all;
    const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
