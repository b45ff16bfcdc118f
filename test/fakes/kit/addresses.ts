export interface Mailbox {
  name?: string | undefined;
  email: string;
}

const LOCAL = /^(?:[^\s@<>()[\]\\,;:"\p{Cc}]+|"[^"\r\n]*")$/u;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u;

/** Reads `a@b.io` or `Name <a@b.io>`; `undefined` when a mail vendor would not take it. */
export function parseMailbox(text: unknown): Mailbox | undefined {
  if (typeof text !== 'string' || /[\r\n]/.test(text)) return undefined;
  const named = /^\s*(?:"([^"]*)"|([^<>"]*?))\s*<([^<>]+)>\s*$/.exec(text);
  const email = named?.[3] ?? text.trim();
  if (!isEmail(email)) return undefined;
  return { name: named?.[1] ?? named?.[2], email };
}

export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 320) return false;
  const labels = text.slice(at + 1).split('.');
  return LOCAL.test(text.slice(0, at)) && labels.length > 1 && labels.every((label) => LABEL.test(label));
}

export function isAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/.test(text);
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}
