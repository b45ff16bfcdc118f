import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import type { ListId } from './campaign.js';

export type SubscriberId = Brand<string, 'SubscriberId'>;

/** What a workspace knows of a person beyond the address: text, numbers, booleans, lists and objects of them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** One person of one workspace. The address is the identity: there is never a second with the same one. */
export interface Subscriber {
  readonly id: SubscriberId;
  readonly workspaceId: WorkspaceId;
  readonly email: EmailAddress;
  readonly name?: string;
  readonly attributes: Attributes;
  readonly locale?: string;
  /** IANA name. */
  readonly timezone?: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What a request or a row of a CSV says about a person; what it doesn't say stays as it was. */
export interface SubscriberFacts {
  readonly email: EmailAddress;
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly locale?: string;
  readonly timezone?: string;
}

export interface List {
  readonly id: ListId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly createdAt: Instant;
}

/** A BCP 47 language tag, in shape: `de`, `pt-BR`, `zh-Hant-TW`. */
export function isLocale(text: string): boolean {
  return text.length <= 35 && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(text);
}

/** JSON text of a person's attributes. Every campaign copies it into each message. */
export const ATTRIBUTES_LIMIT = 16_384;
/** Names that would reach behind an object in JavaScript. */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Faults of a person's attributes, none if they are fine. */
export function faultsOfAttributes(attributes: Attributes): FieldFault[] {
  const faults = Object.keys(attributes)
    .filter((name) => FORBIDDEN_NAMES.has(name) || name === '' || name.length > 128)
    .map((name) => ({
      pointer: '/attributes',
      code: 'invalid_attribute',
      detail: `An attribute cannot be called ${JSON.stringify(name.slice(0, 40))}.`,
    }));
  if (faults.length === 0 && JSON.stringify(attributes).length > ATTRIBUTES_LIMIT) {
    return [
      {
        pointer: '/attributes',
        code: 'too_large',
        detail: `Attributes take at most ${ATTRIBUTES_LIMIT} characters of JSON.`,
      },
    ];
  }
  return faults;
}

/** Attributes with news of them, key by key: what is said replaces what was known of that key, all of it. */
export function mergedAttributes(known: Attributes, said: Attributes | undefined): Attributes {
  return said === undefined ? known : { ...known, ...said };
}

/** @throws Refusal `validation_failed` */
export function checkAttributes(attributes: Attributes | undefined): void {
  const faults = attributes === undefined ? [] : faultsOfAttributes(attributes);
  if (faults.length > 0)
    throw new Refusal('validation_failed', 'The attributes cannot be stored.', { faults });
}

interface Merged {
  readonly email: string;
  readonly name?: string | undefined;
  readonly locale?: string | undefined;
  readonly timezone?: string | undefined;
}

/**
 * The variables of one person's mail as JSON text, as templates name them: `{{name}}`, `{{email}}`, `{{attributes.city}}`.
 * @param attributes the person's, as JSON text: a store that keeps them as text need not read them
 */
export function mergeData({ email, name, locale, timezone }: Merged, attributes: string): string {
  const rest = JSON.stringify({ email, name, locale, timezone });
  return `${rest.slice(0, -1)},"attributes":${attributes}}`;
}
