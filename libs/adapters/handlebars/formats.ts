import { textOf } from './values.js';

/**
 * The formats templates have. None reads a clock or the settings of the machine: the same value prints the same
 * wherever and whenever it is printed.
 */
export interface FormatOptions {
  readonly locale?: unknown;
  readonly timezone?: unknown;
  readonly time?: unknown;
  readonly currency?: unknown;
  readonly digits?: unknown;
}

const STYLES = ['short', 'medium', 'long', 'full'] as const;
type Style = (typeof STYLES)[number];
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  default: [],
  date: ['style', 'time', 'timezone', 'locale'],
  number: ['currency', 'digits', 'locale'],
};
/** These may be variables (a recipient's own time zone); the others shape the template and are written out in it. */
const MAY_VARY = new Set(['timezone', 'locale', 'currency']);
const MAX_DIGITS = 10;
/** Formatters are dear to make (some 30 µs) and vary by recipient: the last so many are kept. */
const KEPT_FORMATTERS = 500;

/** What is wrong with an option, if anything. `literal` is undefined for a variable. */
export function checkFormatOption(format: string, key: string, literal: unknown): string | undefined {
  if (!OPTIONS[format]?.includes(key)) return `${format} has no option ${key.slice(0, 40)}.`;
  if (literal === undefined)
    return MAY_VARY.has(key) ? undefined : `${key} of ${format} is written out, not a variable.`;
  const valid = isValidOption(key, literal);
  return valid ? undefined : `${format} cannot have ${key}="${String(literal).slice(0, 40)}".`;
}

/** A date given as ISO 8601 text or epoch milliseconds; anything else prints as it is. UTC unless a zone is named. */
export function formatDate(value: unknown, style: unknown, options: FormatOptions, locale: string): string {
  const instant = typeof value === 'number' ? value : parseIso(textOf(value));
  if (instant === undefined || Math.abs(instant) > 8.64e15) return textOf(value);
  const dateStyle = isStyle(style) ? style : 'long';
  const timeStyle = isStyle(options.time) ? options.time : undefined;
  const zone = isValidOption('timezone', options.timezone) ? String(options.timezone) : 'UTC';
  const tag = isValidOption('locale', options.locale) ? String(options.locale) : locale;
  const make = (): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(tag, { dateStyle, timeZone: zone, ...(timeStyle && { timeStyle }) });
  return kept(`d|${tag}|${dateStyle}|${timeStyle}|${zone}`, make).format(instant);
}

/** A number, or text that is one; anything else prints as it is. */
export function formatNumber(value: unknown, options: FormatOptions, locale: string): string {
  const text = textOf(value);
  if (!/^-?\d{1,15}(\.\d+)?$/.test(text)) return text;
  const tag = isValidOption('locale', options.locale) ? String(options.locale) : locale;
  const currency = isValidOption('currency', options.currency) ? String(options.currency) : undefined;
  const digits = typeof options.digits === 'number' ? options.digits : undefined;
  const make = (): Intl.NumberFormat =>
    new Intl.NumberFormat(tag, {
      ...(currency !== undefined && { style: 'currency', currency }),
      ...(digits !== undefined && { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    });
  return kept(`n|${tag}|${currency}|${digits}`, make).format(Number(text));
}

/** Text without an offset is UTC: the time zone of the machine must not decide what a mail says. */
function parseIso(text: string): number | undefined {
  const match = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  if (!match) return undefined;
  const instant = Date.parse(match[1] !== undefined && match[2] === undefined ? `${text}Z` : text);
  return Number.isNaN(instant) ? undefined : instant;
}

function isStyle(value: unknown): value is Style {
  return STYLES.some((style) => style === value);
}

const known = new Map<string, boolean>();

function isValidOption(key: string, value: unknown): boolean {
  if (key === 'style' || key === 'time') return isStyle(value);
  if (key === 'digits') return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_DIGITS;
  if (typeof value !== 'string' || value.length > 64) return false;
  return remembered(known, `${key}|${value}`, () => isAccepted(key, value));
}

function isAccepted(key: string, value: string): boolean {
  try {
    if (key === 'timezone') new Intl.DateTimeFormat('en', { timeZone: value });
    else if (key === 'locale') Intl.getCanonicalLocales(value);
    else new Intl.NumberFormat('en', { style: 'currency', currency: value });
    return true;
  } catch {
    return false;
  }
}

const formatters = new Map<string, unknown>();

function kept<T>(key: string, make: () => T): T {
  return remembered(formatters as Map<string, T>, key, make);
}

/** Forgets everything at once when full: simpler than order of use, and as good where almost nothing is forgotten. */
function remembered<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  if (map.size >= KEPT_FORMATTERS) map.clear();
  const made = make();
  map.set(key, made);
  return made;
}
