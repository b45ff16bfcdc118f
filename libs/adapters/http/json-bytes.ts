import type { PiecedText, Text } from '#domain/kernel/text.js';

/** What a JSON string does not hold as it is, or not in one byte. */
const NOT_AS_IT_IS = /[^ !#-\[\]-~]/;
/** What `JSON.stringify` may write as an escape. */
const TO_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** Longer ones the engine searches and copies faster than a loop does. */
const SHORT = 32;
/** Of UTF-8 for one unit of UTF-16. */
const MOST_BYTES = 3;

/** The fixed pieces of template versions as they stand inside JSON strings, for as long as the versions are in use. */
const encodedPieces = new WeakMap<readonly string[], readonly Buffer[]>();

/**
 * JSON, written into bytes as it comes: what `JSON.stringify` makes, without a string of it ever being made. What a
 * template says to everybody is escaped and encoded once; for a message it is copied.
 */
export class JsonBytes {
  #bytes: Buffer;
  #length = 0;

  /** @param bytes to write into; where they are too few a larger buffer takes their place */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** JSON that is encoded already. */
  add(json: Uint8Array): void {
    this.#reserve(json.length);
    this.#bytes.set(json, this.#length);
    this.#length += json.length;
  }

  /** JSON of no great length, as text. */
  addJson(json: string): void {
    this.#reserve(json.length * MOST_BYTES);
    this.#length += this.#bytes.write(json, this.#length);
  }

  /** A JSON string. Half a character at the seam of two pieces is written as an escape, like any other. */
  addText(text: Text): void {
    this.#addByte(QUOTE);
    if (typeof text === 'string') this.#escape(text);
    else this.#weave(text);
    this.#addByte(QUOTE);
  }

  /** An object of texts. */
  addObject(members: Readonly<Record<string, Text>>): void {
    let before = OPENING_BRACE;
    for (const name in members) {
      this.#addByte(before);
      this.addText(name);
      this.#addByte(COLON);
      this.addText(members[name] ?? '');
      before = COMMA;
    }
    if (before === OPENING_BRACE) this.#addByte(OPENING_BRACE);
    this.#addByte(CLOSING_BRACE);
  }

  /** All of it. Nothing may be added any more. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #addByte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #weave({ fixed, sequence }: PiecedText): void {
    const encoded = encodedPieces.get(fixed) ?? encodePieces(fixed);
    for (const part of sequence) {
      if (typeof part === 'string') this.#escape(part);
      else this.add(encoded[part] ?? nothing);
    }
  }

  #escape(text: string): void {
    if (text.length <= SHORT ? this.#addShort(text) : this.#addAscii(text)) return;
    this.addJson(TO_ESCAPE.test(text) ? escaped(text) : text);
  }

  /** Letter by letter: a name, a city. False, with nothing done, for what has to be escaped and for rarer scripts. */
  #addShort(text: string): boolean {
    this.#reserve(text.length * MOST_BYTES);
    const bytes = this.#bytes;
    let end = this.#length;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit < 0x80) {
        if (unit < 0x20 || unit === QUOTE || unit === BACKSLASH) return false;
        bytes[end++] = unit;
      } else if (unit < 0x800) {
        bytes[end++] = 0xc0 | (unit >> 6);
        bytes[end++] = 0x80 | (unit & 0x3f);
      } else {
        return false;
      }
    }
    this.#length = end;
    return true;
  }

  /** As it is: a link. False, with nothing done, if there is anything to escape or to encode. */
  #addAscii(text: string): boolean {
    if (NOT_AS_IT_IS.test(text)) return false;
    this.#reserve(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
    return true;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const nothing = Buffer.alloc(0);

function encodePieces(fixed: readonly string[]): readonly Buffer[] {
  const encoded = fixed.map((piece) => Buffer.from(escaped(piece)));
  encodedPieces.set(fixed, encoded);
  return encoded;
}

/** A JSON string without its quotes. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
