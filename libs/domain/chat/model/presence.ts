import type { Instant } from '#domain/kernel/brand.js';

/** What a device says of its user while it holds a lease. */
export type DeviceState = 'online' | 'away';

/** What others see of a user: the union of what their devices say. */
export interface Shown {
  readonly userId: string;
  readonly state: DeviceState | 'offline';
  /** When the last of their devices was heard of; undefined if none ever was. */
  readonly lastSeenAt?: Instant;
}

/** What one device holds. */
export interface Lease {
  readonly state: DeviceState;
  readonly heardAt: Instant;
  readonly until: Instant;
}

/** Whoever is at one device is online, whatever the others say. A lease that has run out counts for nothing but the last sight. */
export function shownOf(userId: string, leases: readonly Lease[], now: Instant, lastSeenAt?: Instant): Shown {
  const held = leases.filter(({ until }) => until > now);
  const seen = [...leases.map(({ heardAt }) => heardAt), ...(lastSeenAt === undefined ? [] : [lastSeenAt])];
  const state =
    held.length === 0 ? 'offline' : held.some((one) => one.state === 'online') ? 'online' : 'away';
  return { userId, state, ...(seen.length > 0 && { lastSeenAt: Math.max(...seen) }) };
}
