import { isUtf8 } from 'node:buffer';
import { Refusal, type FieldFault } from '#domain/kernel/refusal.js';

/** Objects and arrays within one another. Code that walks a body may then be written as a recursion. */
export const MAX_JSON_DEPTH = 64;

/**
 * Items and fields in one body, at all levels together. 70,000 fields fit into the body limit and take a twentieth of a
 * second to parse, in which nobody else is served; a thousand notifications of twenty fields are the most we expect.
 */
export const MAX_JSON_VALUES = 20_000;

/** Most faults told at once: a body of a million wrong fields is not answered with a million lines. */
export const MOST_FAULTS = 50;

/**
 * The two ways to a prototype: `{"__proto__":…}` and `{"constructor":{"prototype":…}}`. The latter is refused whatever
 * it holds: libraries that walk an object ask it for its constructor, and must not be answered by a stranger.
 */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Parses a JSON body (RFC 8259) that comes from strangers.
 * @returns undefined for an empty body
 * @throws Refusal `invalid_encoding` (not UTF-8, or half a surrogate pair), `invalid_json` (syntax, or deeper than 64),
 *   `validation_failed` (more than 20,000 values, a key that reaches for a prototype, or a NUL character, which no text
 *   of ours can hold)
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new Refusal('invalid_encoding', 'The body is not valid UTF-8.');
  bound(bytes);
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

/** Looks at the brackets and commas alone: what would be expensive to parse is refused before it is parsed. */
function bound(bytes: Buffer): void {
  if (bytes.length < MAX_JSON_VALUES && opening(bytes) <= MAX_JSON_DEPTH) return;
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA) {
      values += 1;
      if (values > MAX_JSON_VALUES) throw tooMany();
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) throw tooDeep();
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
}

/** Brackets that open, those within texts too: there are at least as many as levels. */
function opening(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(0x7b); at !== -1; at = bytes.indexOf(0x7b, at + 1)) found += 1;
  for (let at = bytes.indexOf(0x5b); at !== -1; at = bytes.indexOf(0x5b, at + 1)) found += 1;
  return found;
}

function tooDeep(): Refusal {
  return new Refusal('invalid_json', `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`);
}

function tooMany(): Refusal {
  const detail = `A body holds at most ${MAX_JSON_VALUES} values.`;
  return new Refusal('validation_failed', detail, { faults: [{ pointer: '', code: 'too_long', detail }] });
}

function inspect(root: unknown): void {
  const faults: FieldFault[] = [];
  visit(root, faults);
  if (faults.length > 0)
    throw new Refusal('validation_failed', 'The body holds what no body may hold.', { faults });
}

/** Pointers are put together on the way out, and so only for what is at fault. */
function visit(value: unknown, faults: FieldFault[]): void {
  if (typeof value === 'string') checkText(value, faults);
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    if (faults.length >= MOST_FAULTS) return;
    const known = faults.length;
    if (!Array.isArray(value)) checkText(name, faults);
    if (FORBIDDEN_KEYS.has(name)) {
      faults.push({ pointer: '', code: 'forbidden_key', detail: 'No field may have this name.' });
    } else visit((value as Record<string, unknown>)[name], faults);
    for (let i = known; i < faults.length; i++) faults[i] = within(name, faults[i] as FieldFault);
  }
}

function within(name: string, fault: FieldFault): FieldFault {
  return { ...fault, pointer: `/${pointerPart(name)}${fault.pointer}` };
}

function checkText(text: string, faults: FieldFault[]): void {
  if (!text.isWellFormed()) throw new Refusal('invalid_encoding', 'The body holds half a surrogate pair.');
  if (text.includes('\u0000')) {
    faults.push({ pointer: '', code: 'forbidden_character', detail: 'Text may not hold a NUL character.' });
  }
}

/** One part of a JSON pointer, RFC 6901. */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
