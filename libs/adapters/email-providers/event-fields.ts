import { hash } from 'node:crypto';
import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import type { Instant } from '#domain/kernel/brand.js';
import { isAddress, parseEmailAddress } from '#domain/kernel/email-address.js';
import { present } from './read-settings.js';
import { words } from './words.js';

/*
 * What the fields of a vendor's event are worth to us. That the vendor has signed them says who sent them and nothing
 * about their shape: each of these takes whatever stands there, and gives nothing rather than something odd.
 */

/** Of a long reason: more than enough for what is kept of it, and little enough to tidy. */
const REASON_READ = 2_000;

/** Fields as they stand in the vendor's event, of any shape. */
export interface RawFields {
  readonly deliveryId?: unknown;
  readonly providerMessageId?: unknown;
  readonly address?: unknown;
  readonly permanent?: boolean | undefined;
  readonly reason?: unknown;
}

/** The event, with those of the fields that can be read. */
export function providerEvent(
  event: Pick<ProviderEvent, 'key' | 'provider' | 'kind' | 'at'>,
  { deliveryId, providerMessageId, address, permanent, reason }: RawFields,
): ProviderEvent {
  const fields = {
    deliveryId: matching(/^\w{1,64}$/, deliveryId),
    providerMessageId: matching(/^[\x21-\x7e]{1,256}$/, providerMessageId),
    address: addressOf(address),
    permanent,
    reason: reasonOf(reason),
  };
  return { ...event, ...present(fields) };
}

/** The parts as one key; hashed, if it would be too long or hold more than plain characters. */
export function eventKey(...parts: readonly (string | number)[]): string {
  const key = parts.join(':');
  return /^[\x21-\x7e]{1,256}$/.test(key) ? key : hash('sha256', key);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Of a time in ISO 8601. */
export function instantOf(value: unknown): Instant | undefined {
  const at = typeof value === 'string' && value.length <= 40 ? Date.parse(value) : NaN;
  return at >= 0 ? at : undefined;
}

/**
 * The recipient's host turned us away for what our domain is set up like (no DKIM, no alignment): Gmail says 5.7.26,
 * Outlook 5.7.515. Vendors report it as a permanent bounce, yet the address is as good as it was; suppressing it would
 * lose every Gmail reader to one wrong DNS record.
 */
export function isSenderPolicy(...said: readonly unknown[]): boolean {
  return said.some((text) => typeof text === 'string' && /(?<![\d.])5\.7\.(26|515)(?![\d.]*\d)/.test(text));
}

function matching(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

/** `Name <address>` or bare. */
function addressOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 1_000) return undefined;
  const parsed = parseEmailAddress(/<([^<>]*)>$/.exec(value)?.[1] ?? value);
  return isAddress(parsed) ? parsed : undefined;
}

function reasonOf(value: unknown): string | undefined {
  return textOf(words(typeof value === 'string' ? value.slice(0, REASON_READ) : ''));
}
