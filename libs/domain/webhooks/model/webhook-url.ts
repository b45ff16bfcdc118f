import { forbiddenAddress, isAddress } from './network-address.js';

export interface UrlPolicy {
  /** Private and loopback addresses, and plain http: for development and tests. */
  readonly allowPrivate: boolean;
}

export type UrlFaultCode = 'validation_failed' | 'scheme_forbidden' | 'address_forbidden';

export type ReadUrl =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly code: UrlFaultCode; readonly detail: string };

const LONGEST_URL = 2048;

/**
 * The URL as it will be dialled. It is looked at after parsing, not before: `http://0x7f.1/`, `http://2130706433/` and
 * `http://127.0.0.1/` are one and the same then. What a name leads to is looked at whenever it is dialled, for it may
 * lead elsewhere by then.
 */
export function readWebhookUrl(text: string, policy: UrlPolicy): ReadUrl {
  if (text.length > LONGEST_URL) return invalid(`The URL is longer than ${LONGEST_URL} characters.`);
  if (!URL.canParse(text)) return readWithoutScheme(text, policy);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return scheme();
  if (url.username !== '' || url.password !== '') return invalid('The URL must not carry credentials.');
  const forbidden = policy.allowPrivate ? undefined : forbiddenHost(url.hostname);
  if (forbidden !== undefined) {
    const detail = `The URL leads to an address that is not on the open internet (${forbidden}).`;
    return { ok: false, code: 'address_forbidden', detail };
  }
  if (url.protocol === 'http:' && !policy.allowPrivate) return scheme();
  url.hash = '';
  return { ok: true, url: url.href };
}

/** What of a URL's host forbids dialling it, as far as it can be told without asking the DNS. */
export function forbiddenHost(hostname: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  // RFC 6761, 6.3: never anything but loopback, whatever a resolver says.
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  return isAddress(host) ? forbiddenAddress(host) : undefined;
}

/** `0x7f.1` is no URL; but who writes that is told what it would have led to. */
function readWithoutScheme(text: string, policy: UrlPolicy): ReadUrl {
  const guess = `https://${text}`;
  if (URL.canParse(guess)) {
    const read = readWebhookUrl(guess, policy);
    if (!read.ok && read.code === 'address_forbidden') return read;
  }
  return invalid('This is not an absolute URL such as https://example.com/hooks.');
}

function invalid(detail: string): ReadUrl {
  return { ok: false, code: 'validation_failed', detail };
}

function scheme(): ReadUrl {
  return { ok: false, code: 'scheme_forbidden', detail: 'The URL must start with https://.' };
}
