import { isUtf8 } from 'node:buffer';
import { Refusal, type FieldFault } from '#domain/kernel/refusal.js';

/** Objects and arrays within one another. Code that walks a body may then be written as a recursion. */
export const MAX_JSON_DEPTH = 64;

/**
 * The two ways to a prototype: `{"__proto__":…}` and `{"constructor":{"prototype":…}}`. The latter is refused whatever
 * it holds: libraries that walk an object ask it for its constructor, and must not be answered by a stranger.
 */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses a JSON body (RFC 8259) that comes from strangers.
 * @returns undefined for an empty body
 * @throws Refusal `invalid_encoding` (not UTF-8, or half a surrogate pair), `invalid_json` (syntax, or deeper than 64),
 *   `validation_failed` (a key that reaches for a prototype, or a NUL character, which no text of ours can hold)
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new Refusal('invalid_encoding', 'The body is not valid UTF-8.');
  if (tooDeep(bytes)) {
    throw new Refusal('invalid_json', `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`);
  }
  const text = bytes.toString('utf8');
  const value = parse(text);
  // Looking at every value costs more than parsing does; without one of these in the text there is nothing to find.
  if (/__proto__|constructor|\\u/.test(text)) inspect(value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // V8's own words quote the body, which may hold anything; they are not repeated.
    throw new Refusal('invalid_json', 'The body is not valid JSON.');
  }
}

function tooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

function inspect(root: unknown): void {
  const faults: FieldFault[] = [];
  visit(root, '', faults);
  if (faults.length > 0)
    throw new Refusal('validation_failed', 'The body holds what no body may hold.', { faults });
}

function visit(value: unknown, pointer: string, faults: FieldFault[]): void {
  if (typeof value === 'string') {
    checkText(value, pointer, faults);
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => visit(item, `${pointer}/${index}`, faults));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const at = `${pointer}/${pointerPart(key)}`;
      checkText(key, at, faults);
      if (FORBIDDEN_KEYS.has(key)) {
        faults.push({ pointer: at, code: 'forbidden_key', detail: 'No field may have this name.' });
      } else visit(item, at, faults);
    }
  }
}

function checkText(text: string, pointer: string, faults: FieldFault[]): void {
  if (!text.isWellFormed()) throw new Refusal('invalid_encoding', 'The body holds half a surrogate pair.');
  if (text.includes('\u0000')) {
    faults.push({ pointer, code: 'forbidden_character', detail: 'Text may not hold a NUL character.' });
  }
}

/** One part of a JSON pointer, RFC 6901. */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
