import type { Instant } from '#domain/kernel/brand.js';

const HOUR_MS = 3_600_000;

export interface FailedStats {
  readonly total: number;
  readonly byReason: Readonly<Record<string, number>>;
  readonly byProvider: Readonly<Record<string, number>>;
  readonly byDomain: Readonly<Record<string, number>>;
  readonly byDispatch: Readonly<Record<string, number>>;
  /** Per UTC hour of the failure, `2026-01-31T13:00:00.000Z`. */
  readonly byHour: Readonly<Record<string, number>>;
}

export interface DeadMessage {
  readonly reason?: string | undefined;
  readonly provider?: string | undefined;
  readonly address: string;
  readonly dispatchId: string;
  /** When it died. */
  readonly updatedAt: Instant;
}

/** For stores that have no query to count by. */
export function statsOfDead(dead: readonly DeadMessage[]): FailedStats {
  return {
    total: dead.length,
    byReason: countBy(dead, ({ reason }) => reason),
    byProvider: countBy(dead, ({ provider }) => provider),
    byDomain: countBy(dead, ({ address }) => address.slice(address.lastIndexOf('@') + 1)),
    byDispatch: countBy(dead, ({ dispatchId }) => dispatchId),
    byHour: countBy(dead, ({ updatedAt }) => new Date(updatedAt - (updatedAt % HOUR_MS)).toISOString()),
  };
}

/** How many have each value; those without one are left out. */
function countBy(
  dead: readonly DeadMessage[],
  valueOf: (one: DeadMessage) => string | undefined,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of dead.map(valueOf)) {
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
