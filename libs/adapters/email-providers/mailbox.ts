import { domainToASCII } from 'node:url';

export interface Mailbox {
  /** As a person reads it: unquoted, any script. Empty if there is none. */
  readonly name: string;
  /** With its domain in ASCII (Punycode): no provider is known to mind, and SES takes nothing else. */
  readonly address: string;
}

/** Reads `Name <address>`, `"Name" <address>` or a bare address. The domain has validated both. */
export function parseMailbox(text: string): Mailbox {
  const open = text.endsWith('>') ? text.lastIndexOf('<') : -1;
  if (open < 0) return { name: '', address: asciiAddress(text.trim()) };
  return {
    name: unquote(text.slice(0, open).trim()),
    address: asciiAddress(text.slice(open + 1, -1).trim()),
  };
}

/** `Name <address>` for a vendor's JSON, the name quoted where it holds characters that have a meaning there. */
export function formatMailbox({ name, address }: Mailbox): string {
  if (name === '') return address;
  const plain = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~ -]+$/u.test(name);
  return `${plain ? name : `"${name.replace(/["\\]/g, '\\$&')}"`} <${address}>`;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function asciiAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  if (/^[\u0000-\u007f]*$/.test(domain)) return address;
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

function unquote(name: string): string {
  if (!/^".*"$/.test(name)) return name;
  return name.slice(1, -1).replace(/\\(.)/g, '$1');
}
