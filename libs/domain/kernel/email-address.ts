import type { Brand } from './brand.js';
import { type FieldFault, Refusal } from './refusal.js';

/**
 * One e-mail address in normal form: the identity of a person everywhere in Posthorn.
 *
 * Normal form: the domain as lower-case ASCII labels (internationalised ones in punycode), the local part in lower
 * case and quoted only where it must be. RFC 5321 lets a host tell `Anna@` from `anna@`; none that takes mail from
 * strangers does, and people type both, so telling them apart would only send twice and unsubscribe half.
 */
export type EmailAddress = Brand<string, 'EmailAddress'>;

/** Why a text is not one e-mail address. The words never repeat the text: it may be somebody's address. */
export interface AddressFault {
  readonly code: 'invalid_address' | 'header_injection';
  readonly detail: string;
}

/** RFC 5321 4.5.3.1: octets of a local part; a path is 256 with its angle brackets, hence 254 for the address. */
const LOCAL_LIMIT = 64;
const ADDRESS_LIMIT = 254;
/** No text longer than this can become an address, in whatever script its domain is written. */
const TEXT_LIMIT = 512;

/** RFC 5322 3.2.3 dot-atom and host names of RFC 1123, at least two labels, the last one not a number. */
const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const DOT_ATOM = `${ATOM}(?:\\.${ATOM})*`;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = `(?:${LABEL}\\.)+(?!\\d+$)${LABEL}`;
const PLAIN = new RegExp(`^(${DOT_ATOM})@${HOST}$`);
const LOCAL = new RegExp(`^${DOT_ATOM}$`);
const DOMAIN = new RegExp(`^${HOST}$`);
/** RFC 5321 4.1.2 Quoted-string and what follows it. */
const QUOTED = /^("(?:[ !#-[\]-~]|\\[ -~])+")@([^@]+)$/;
const CONTROL = /[\u0000-\u001f\u007f]/;
const NOT_ASCII = /[^\u0000-\u007f]/;

/** Reads one address in any of its spellings; spaces around it are not part of it. */
export function parseEmailAddress(text: string): EmailAddress | AddressFault {
  if (text.length > TEXT_LIMIT) return invalid(`An address has at most ${ADDRESS_LIMIT} characters.`);
  const trimmed = text.trim();
  // A line break at either end is no stray space: whoever put it there was after a header of their own.
  if (trimmed.length !== text.length && CONTROL.test(text)) return injection;
  // Lower-casing comes after the check for ASCII: U+212A, the Kelvin sign, would turn into a plain k.
  if (!NOT_ASCII.test(trimmed)) {
    const plain = PLAIN.exec(trimmed.toLowerCase());
    if (plain) return withinLimits(plain[1] ?? '', plain[0]);
  }
  return parseUnusual(text, trimmed);
}

/** @throws Refusal `invalid_address` | `header_injection` */
export function emailAddress(text: string, pointer: string): EmailAddress {
  const parsed = parseEmailAddress(text);
  if (isAddress(parsed)) return parsed;
  throw refusalOf(parsed, pointer);
}

export function isAddress(parsed: EmailAddress | AddressFault): parsed is EmailAddress {
  return typeof parsed === 'string';
}

export function domainOf(address: EmailAddress): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** A sender or recipient as mail shows it. */
export interface Mailbox {
  readonly name?: string;
  readonly address: EmailAddress;
}

const NAMED = /^(.*?)<([^<>]*)>$/s;
const QUOTED_NAME = /^"((?:[^"\\]|\\.)*)"$/s;
const NAME_LIMIT = 320;
/** RFC 5322 phrase of atoms: may stand without quotes. */
const ATOMS = /^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~ -]+$/;

/**
 * Reads `Name <address>`, `"Na, me" <address>`, `<address>` or a bare address: exactly one mailbox.
 * @throws Refusal `invalid_address` | `header_injection`
 */
export function mailbox(text: string, pointer: string): Mailbox {
  if (text.length > TEXT_LIMIT + NAME_LIMIT)
    throw refusalOf(invalid('That is too long for one sender.'), pointer);
  if (CONTROL.test(text)) throw refusalOf(injection, pointer);
  const named = NAMED.exec(text.trim());
  if (!named) return { address: emailAddress(text, pointer) };
  const address = emailAddress(named[2] ?? '', pointer);
  const name = displayName((named[1] ?? '').trim());
  if (name === undefined) {
    throw refusalOf(invalid('A name with one of < > @ " \\ in it stands in double quotes.'), pointer);
  }
  return name === '' ? { address } : { name, address };
}

/** The header form of a mailbox: `Name <address>`, the name quoted where RFC 5322 asks for it. */
export function formatMailbox({ name, address }: Mailbox): string {
  if (name === undefined) return address;
  const shown = ATOMS.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
  return `${shown} <${address}>`;
}

function displayName(text: string): string | undefined {
  const quoted = QUOTED_NAME.exec(text);
  if (quoted) return (quoted[1] ?? '').replace(/\\(.)/gs, '$1').trim();
  return /[<>@"\\]/.test(text) ? undefined : text;
}

function parseUnusual(text: string, trimmed: string): EmailAddress | AddressFault {
  if (CONTROL.test(text)) return injection;
  const quoted = QUOTED.exec(trimmed);
  const at = trimmed.lastIndexOf('@');
  if (!quoted && at < 1) return invalid('An address is written local-part@domain.');
  const local = quoted ? quotedLocal(quoted[1] ?? '') : plainLocal(trimmed.slice(0, at));
  if (local === undefined) return invalid('What stands before the @ is not a local part of one address.');
  const domain = asciiDomain(trimmed.slice(at + 1));
  if (domain === undefined) return invalid('What stands after the @ is not the name of a mail domain.');
  return withinLimits(local, `${local}@${domain}`);
}

function withinLimits(local: string, address: string): EmailAddress | AddressFault {
  if (local.length > LOCAL_LIMIT) return invalid(`A local part has at most ${LOCAL_LIMIT} characters.`);
  if (address.length > ADDRESS_LIMIT) return invalid(`An address has at most ${ADDRESS_LIMIT} characters.`);
  return address as EmailAddress;
}

function plainLocal(text: string): string | undefined {
  if (NOT_ASCII.test(text)) return undefined;
  const local = text.toLowerCase();
  return LOCAL.test(local) ? local : undefined;
}

/** `"john"@` is `john@`: quotes that say nothing are not part of the identity. */
function quotedLocal(text: string): string {
  const content = text.slice(1, -1).replace(/\\(.)/g, '$1').toLowerCase();
  return LOCAL.test(content) ? content : `"${content.replace(/["\\]/g, '\\$&')}"`;
}

/** UTS #46 as every browser does it; `URL` is where the language offers it. */
function asciiDomain(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (!NOT_ASCII.test(text)) return DOMAIN.test(lower) ? lower : undefined;
  // Whatever is ASCII in it must be that of a host name: `URL` would take %41, a port or a path for its own.
  if (!/^[a-z0-9.\-\u0080-\uffff]+$/.test(lower) || !URL.canParse(`http://${text}/`)) return undefined;
  const host = new URL(`http://${text}/`).hostname;
  return DOMAIN.test(host) ? host : undefined;
}

const injection: AddressFault = {
  code: 'header_injection',
  detail: 'An address holds no control characters.',
};

function invalid(detail: string): AddressFault {
  return { code: 'invalid_address', detail };
}

function refusalOf({ code, detail }: AddressFault, pointer: string): Refusal {
  const fault: FieldFault = { pointer, code, detail };
  return new Refusal(code, detail, { faults: [fault] });
}
