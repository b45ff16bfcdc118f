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

/** JSON text of a person's attributes. Every campaign copies it into each message. */
export const ATTRIBUTES_LIMIT = 16_384;
/** Names that would reach behind an object in JavaScript. */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Faults of a person's attributes, none if they are fine. */
export function faultsOfAttributes(attributes: Attributes): FieldFault[] {
  const faults = Object.keys(attributes)
    .filter((name) => FORBIDDEN_NAMES.has(name) || name === '' || name.length > 128)
    .map((name) => ({ pointer: '/attributes', code: 'invalid_attribute', detail: `An attribute cannot be called ${JSON.stringify(name.slice(0, 40))}.` }));
  if (faults.length === 0 && JSON.stringify(attributes).length > ATTRIBUTES_LIMIT) {
    return [{ pointer: '/attributes', code: 'too_large', detail: `Attributes take at most ${ATTRIBUTES_LIMIT} characters of JSON.` }];
  }
  return faults;
}

export function checkAttributes(attributes: Attributes | undefined): void {
  const faults = attributes === undefined ? [] : faultsOfAttributes(attributes);
  if (faults.length > 0) throw new Refusal('validation_failed', 'The attributes cannot be stored.', { faults });
}

/** The variables of one person's mail, as templates name them: `{{name}}`, `{{email}}`, `{{attributes.city}}`. */
export function mergeData(subscriber: Pick<Subscriber, 'email' | 'name' | 'locale' | 'timezone' | 'attributes'>): string {
  const { email, name, locale, timezone, attributes } = subscriber;
  return JSON.stringify({ email, name, locale, timezone, attributes });
}
