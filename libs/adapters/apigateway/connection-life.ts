import { EXPIRY_GRACE_MS } from '#adapters/chat-frames/chat-session.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { Connection } from '#ports/chat/connections.js';

/** Milliseconds for which a connection counts without being heard of: API Gateway ends it after ten minutes of silence. */
export const CONNECTION_LEASE_MS = 11 * 60_000;
/** It ends every connection after two hours. From here on a client is advised to come again. */
const REDIAL_AFTER_MS = 110 * 60_000;
const LONGEST_MS = 2 * 3_600_000;
/** Advised redials are spread over so many milliseconds. */
export const REDIAL_WITHIN_MS = 8 * 60_000;

/** When somebody should look at a connection of which we hear now. */
export function lapsesAt({ openedAt, tokenUntil }: Omit<Connection, 'lapsesAt'>, now: Instant): Instant {
  const redial = openedAt + REDIAL_AFTER_MS;
  const ends = now < redial ? redial : openedAt + LONGEST_MS;
  return Math.min(now + CONNECTION_LEASE_MS, tokenUntil + EXPIRY_GRACE_MS, ends);
}

export function hasExpired({ tokenUntil }: Connection, now: Instant): boolean {
  return tokenUntil + EXPIRY_GRACE_MS <= now;
}

/** Of one that has lapsed: it has not, it is only old. */
export function isToRedial(connection: Connection, now: Instant): boolean {
  const { openedAt } = connection;
  return (
    !hasExpired(connection, now) &&
    connection.lapsesAt === openedAt + REDIAL_AFTER_MS &&
    now < openedAt + LONGEST_MS
  );
}

/** A write saved: a lease is renewed when half of it has passed. */
export function isToRenew(connection: Connection, now: Instant): boolean {
  return lapsesAt(connection, now) - connection.lapsesAt > CONNECTION_LEASE_MS / 2;
}
