import { Refusal } from '#domain/kernel/refusal.js';

/** A page of preferences has one for each tick. */
const MOST_FIELDS = 2_000;

/**
 * The fields of an HTML form, `application/x-www-form-urlencoded` or `multipart/form-data` (RFC 8058 lets a mail client
 * use either to unsubscribe). A field named twice has its last value; a part that is a file is not taken.
 * @throws Refusal `validation_failed`
 */
export function parseForm(bytes: Buffer, contentType: string): Record<string, string> {
  const text = bytes.toString('utf8');
  const boundary = /^multipart\/form-data *;.*\bboundary="?([^";]{1,70})"?/i.exec(contentType)?.[1];
  const fields = boundary === undefined ? encodedFields(text) : partsOf(text, boundary);
  if (fields.length > MOST_FIELDS) throw tooMany();
  const form: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (name in Object.prototype) throw new Refusal('validation_failed', 'No field may have this name.');
    form[name] = value;
  }
  return form;
}

/** Counted before they are read: a million empty ones fit into the body limit. */
function encodedFields(text: string): [string, string][] {
  if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) throw tooMany();
  return [...new URLSearchParams(text)];
}

/** RFC 7578: `--boundary`, headers, an empty line, the value, for each field; `--boundary--` at the end. */
function partsOf(text: string, boundary: string): [string, string][] {
  // What stands before the first field, the fields and one too many, the end.
  const [, ...parts] = `\r\n${text}`.split(`\r\n--${boundary}`, MOST_FIELDS + 3);
  const fields: [string, string][] = [];
  for (const part of parts) {
    if (part.startsWith('--')) break;
    const end = part.indexOf('\r\n\r\n');
    const headers = part.slice(0, end);
    const name = /^content-disposition: *form-data;.*\bname="([^"]*)"/im.exec(headers)?.[1];
    if (end < 0 || name === undefined) throw new Refusal('validation_failed', 'The form does not parse.');
    if (/\bfilename\*?=/i.test(headers)) throw new Refusal('validation_failed', 'A form may not hold files.');
    fields.push([name, part.slice(end + 4)]);
  }
  return fields;
}

function tooMany(): Refusal {
  return new Refusal('validation_failed', `A form has at most ${MOST_FIELDS} fields.`);
}
