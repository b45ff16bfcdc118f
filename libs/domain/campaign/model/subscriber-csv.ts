import type { FieldFault } from '#domain/kernel/refusal.js';
import { isAddress, parseEmailAddress } from '#domain/kernel/email-address.js';
import { ONE_LINE } from './one-line.js';
import { isZone } from '#domain/kernel/time-zones.js';
import {
  type Attributes,
  faultsOfAttributes,
  isLocale,
  type Subscriber,
  type SubscriberFacts,
} from './subscriber.js';

/**
 * People as rows of a CSV. Columns with a meaning of their own, in any order and case; `attributes` holds an object as
 * JSON, and every other column becomes an attribute of its name. What is exported is these five, so that it can be
 * imported again with nothing lost: a number stays a number, and no name of an attribute can be taken for a column.
 */
const COLUMNS = ['email', 'name', 'locale', 'timezone', 'attributes'] as const;
type Column = (typeof COLUMNS)[number];

const NAME_LIMIT = 320;

/** Which column of a file is what; -1 for one that is not there. */
export type Columns = Readonly<Record<Column, number>> & {
  readonly others: readonly { readonly name: string; readonly at: number }[];
};

/** Reads the header of a file, or says why it is no good. */
export function readHeader(header: readonly string[]): Columns | string {
  const lower = header.map((name) => name.toLowerCase());
  const known = Object.fromEntries(COLUMNS.map((name) => [name, lower.indexOf(name)])) as Record<
    Column,
    number
  >;
  if (known.email === -1) return 'The header has no column called email.';
  const unnamed = header.indexOf('');
  if (unnamed !== -1) return `Column ${unnamed + 1} has no name in the header.`;
  const others = header.flatMap((name, at) => (isColumn(lower[at]) ? [] : [{ name, at }]));
  const names = [...lower.filter(isColumn), ...others.map(({ name }) => name)];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `The header names the column ${twice.slice(0, 64)} twice.`;
  const [fault] = faultsOfAttributes(Object.fromEntries(others.map(({ name }) => [name, ''])));
  return fault?.detail ?? { ...known, others };
}

/** Reads one row. An empty field says nothing: what is known of the person stays. */
export function readRow(fields: readonly string[], columns: Columns): SubscriberFacts | FieldFault {
  const field = (at: number): string | undefined => bareCell(fields[at] ?? '').trim() || undefined;
  const email = parseEmailAddress(bareCell(fields[columns.email] ?? ''));
  if (!isAddress(email)) return { pointer: 'email', ...email };
  const name = field(columns.name);
  if (name !== undefined && (name.length > NAME_LIMIT || !ONE_LINE.test(name))) {
    return fault(
      'name',
      'invalid_name',
      `A name is one line of at most ${NAME_LIMIT} characters, none of them a control character.`,
    );
  }
  const timezone = field(columns.timezone);
  if (timezone !== undefined && !isZone(timezone)) {
    return fault('timezone', 'invalid_timezone', 'That is not an IANA time zone, such as Europe/Berlin.');
  }
  const locale = field(columns.locale);
  if (locale !== undefined && !isLocale(locale)) {
    return fault('locale', 'invalid_locale', 'That is not a language tag, such as de or pt-BR.');
  }
  const attributes = readAttributes(fields[columns.attributes], columns, field);
  if ('code' in attributes) return attributes;
  const { said } = attributes;
  return {
    email,
    ...(name && { name }),
    ...(timezone && { timezone }),
    ...(locale && { locale }),
    ...(said && { attributes: said }),
  };
}

function readAttributes(
  text: string | undefined,
  columns: Columns,
  field: (at: number) => string | undefined,
): { readonly said: Attributes | undefined } | FieldFault {
  const object = parseObject(text ?? '');
  if (object === 'invalid')
    return fault('attributes', 'invalid_attributes', 'Attributes are written as one JSON object.');
  const said: Record<string, unknown> = { ...object };
  let some = object !== undefined;
  for (const { name, at } of columns.others) {
    const value = field(at);
    if (value === undefined) continue;
    said[name] = value;
    some = true;
  }
  if (!some) return { said: undefined };
  return faultsOfAttributes(said)[0] ?? { said };
}

function parseObject(text: string): Attributes | undefined | 'invalid' {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Attributes)
      : 'invalid';
  } catch {
    return 'invalid';
  }
}

/**
 * A spreadsheet takes a cell that begins with one of these for a formula, and a formula can send the sheet's contents
 * anywhere (https://owasp.org/www-community/attacks/CSV_Injection). A single quote in front makes it text.
 */
const FORMULA = /^'*[=+\-@\t\r]/;
const QUOTED_FORMULA = /^'+[=+\-@\t\r]/;

/** A cell that no spreadsheet computes; {@link bareCell} gives back what it was. */
export function plainCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Without the quote that keeps a spreadsheet from computing: `'+tag@example.com` means `+tag@example.com`. */
export function bareCell(text: string): string {
  return QUOTED_FORMULA.test(text) ? text.slice(1) : text;
}

/** RFC 4180, with CRLF as it says. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quoted(plainCell(cell))).join(',')}\r\n`;
}

function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The first line of an export. */
export const EXPORT_HEADER = csvLine(COLUMNS);

/** One person's line of an export. */
export function exportLine({ email, name, locale, timezone, attributes }: Omit<Subscriber, 'id'>): string {
  const written = Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes);
  return csvLine([email, name ?? '', locale ?? '', timezone ?? '', written]);
}

function isColumn(name: string | undefined): boolean {
  return (COLUMNS as readonly (string | undefined)[]).includes(name);
}

function fault(pointer: string, code: string, detail: string): FieldFault {
  return { pointer, code, detail };
}
