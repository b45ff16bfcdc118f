import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';

export type WebhookEndpointId = Brand<string, 'WebhookEndpointId'>;

/** The names of the events it wants, or all of them. */
export type EventFilter = readonly string[] | '*';

export interface WebhookSecret {
  /** `whsec_` and the key in base64, as Standard Webhooks writes it. */
  readonly key: string;
  readonly createdAt: Instant;
  /** Signs until then. Not there on the newest. */
  readonly expiresAt?: Instant;
}

export type DisableReason = 'gone_410' | 'failing' | 'operator';

export type EndpointStatus =
  | { readonly is: 'enabled' }
  | { readonly is: 'disabled'; readonly reason: DisableReason; readonly at: Instant };

export interface EndpointHealth {
  readonly status: EndpointStatus;
  /** The first failure after the last success of any message; undefined while it answers. */
  readonly failingSince: Instant | undefined;
}

/** Where a customer wants to be told of events. */
export interface WebhookEndpoint extends EndpointHealth {
  readonly id: WebhookEndpointId;
  readonly workspaceId: WorkspaceId;
  /** Normalised, without credentials and fragment. */
  readonly url: string;
  readonly events: EventFilter;
  /** The newest first; never empty. */
  readonly secrets: readonly WebhookSecret[];
  readonly createdAt: Instant;
  /** Rises with every change. */
  readonly revision: number;
}

/** What an attempt says about the endpoint, beside what it says about the message. */
export type EndpointEffect =
  | 'answered'
  | 'failed'
  /** The last attempt of a message failed. */
  | 'exhausted'
  /** 410: the customer's own word that nobody lives there any more. */
  | 'gone';

const HOUR_MS = 3_600_000;

/** A former secret signs for so long beside its successor, that receivers may change over without losing a message. */
export const FORMER_SECRET_MS = 24 * HOUR_MS;
/** Rotating again and again must not make the signature header longer than servers take. */
const MOST_SECRETS = 5;
/** How long nothing at all must have been answered before a message that used up its attempts disables the endpoint. */
export const FAILING_FOR_MS = 5 * 24 * HOUR_MS;

export function wants(events: EventFilter, type: string): boolean {
  return events === '*' || events.includes(type);
}

/** The keys that sign now, the newest first. */
export function signingKeys(secrets: readonly WebhookSecret[], now: Instant): readonly string[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now).map(({ key }) => key);
}

/** A new first secret; the one before it goes on signing for a day, and what has expired is forgotten. */
export function rotated(
  secrets: readonly WebhookSecret[],
  key: string,
  now: Instant,
): readonly WebhookSecret[] {
  const former = secrets
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
    .map((secret) => ({ ...secret, expiresAt: secret.expiresAt ?? now + FORMER_SECRET_MS }));
  return [{ key, createdAt: now }, ...former].slice(0, MOST_SECRETS);
}

/**
 * The endpoint after an attempt.
 *
 * 410 disables at once. Otherwise an endpoint is disabled only when a message has used up all its attempts while nothing
 * was answered for five days. The ladder of one message takes a little over three: a receiver that is down over a long
 * weekend loses nothing, and one that refuses a single kind of message but takes others is never disabled.
 */
export function healthAfter(health: EndpointHealth, effect: EndpointEffect, at: Instant): EndpointHealth {
  if (effect === 'answered') return { status: health.status, failingSince: undefined };
  const failingSince = health.failingSince ?? at;
  const reason = health.status.is === 'enabled' ? reasonToDisable(effect, at - failingSince) : undefined;
  const status: EndpointStatus = reason ? { is: 'disabled', reason, at } : health.status;
  return { status, failingSince };
}

function reasonToDisable(effect: EndpointEffect, failingForMs: number): DisableReason | undefined {
  if (effect === 'gone') return 'gone_410';
  return effect === 'exhausted' && failingForMs >= FAILING_FOR_MS ? 'failing' : undefined;
}

/** Posts that may be under way to it at once: one while it fails, so that the dead take little room from the living. */
export function roomOf(failingSince: Instant | undefined, perEndpoint: number): number {
  return failingSince === undefined ? perEndpoint : Math.min(1, perEndpoint);
}
