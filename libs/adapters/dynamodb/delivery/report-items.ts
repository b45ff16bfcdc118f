import type { Instant } from '#domain/kernel/brand.js';
import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { SuppressionScope } from '#domain/delivery/model/suppression.js';
import type { DeliveryEvent } from '#ports/delivery/provider-reports.js';
import { type Item, key, type Key, ttlAt } from '../engine/keys.js';
import { hashOf } from './items.js';

/*
 *   PEV#<provider>#<key>              PEV            that an event was applied
 *   TOLD#<dispatch>#<ordinal>         <at>#<hash>    an event, with its message
 *   WISH#<workspace>#<hash>#<scope>   WISH           the last that a person said
 */

/** One more than is promised: `ttl` is looked at by nobody here, a repetition that is known for longer does no harm. */
const KEPT_MS = 31 * 24 * 3_600_000;

export interface WishItem extends Key {
  readonly at: Instant;
  readonly kind: ProviderEventKind;
}

export function eventKey({ provider, key: eventKey }: Pick<ProviderEvent, 'provider' | 'key'>): Key {
  return { pk: key('PEV', provider, eventKey), sk: 'PEV' };
}

export function eventItem(event: ProviderEvent, now: Instant): Item {
  return { ...eventKey(event), ttl: ttlAt(now + KEPT_MS) };
}

export function eventsPartition(dispatch: string, ordinal: number): string {
  return key('TOLD', dispatch, ordinal);
}

export function toldItem(
  { kind, provider, at, reason, key: eventKey }: ProviderEvent,
  dispatch: string,
  ordinal: number,
): Item {
  const told: DeliveryEvent = { kind, provider, at, ...(reason !== undefined && { reason }) };
  const sk = key(Math.max(0, Math.floor(at)), hashOf(key(provider, eventKey)));
  return { pk: eventsPartition(dispatch, ordinal), sk, ...told };
}

export function wishKey(workspace: string, address: string, scope: SuppressionScope): Key {
  return { pk: key('WISH', workspace, hashOf(address), scope), sk: 'WISH' };
}
