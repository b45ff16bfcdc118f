import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';

/** How many notifications a workspace may have accepted in a day and in a month; without a number as many as it likes. */
export interface Quota {
  readonly perDay?: number;
  readonly perMonth?: number;
}

export interface Quotas {
  /** Of every workspace that has none of its own. */
  readonly everyone: Quota;
  /** By the workspace's id, in place of it. */
  readonly workspaces: Readonly<Record<string, Quota>>;
}

/** A quota at one moment: so many within the period that ends then. */
export interface QuotaLimit {
  readonly period: 'day' | 'month';
  /** The period's own name, `d2026-01-31` or `m2026-01`: the first letter says which kind, and they sort by time. */
  readonly key: string;
  readonly most: number;
  readonly beginsAt: Instant;
  readonly endsAt: Instant;
}

/** What there is of it. */
export interface QuotaUse extends QuotaLimit {
  readonly used: number;
}

/** Days and months of UTC: whoever counts must not count another hour twice when the clocks are put back. */
export function limitsAt(
  { everyone, workspaces }: Quotas,
  workspaceId: WorkspaceId,
  now: Instant,
): readonly QuotaLimit[] {
  const { perDay, perMonth } = Object.hasOwn(workspaces, workspaceId)
    ? (workspaces[workspaceId] ?? everyone)
    : everyone;
  if (perDay === undefined && perMonth === undefined) return [];
  const today = new Date(now);
  const date = today.toISOString();
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  const limits: QuotaLimit[] = [];
  if (perDay !== undefined) {
    const beginsAt = Date.UTC(year, month, day);
    const [key, endsAt] = [`d${date.slice(0, 10)}`, Date.UTC(year, month, day + 1)];
    limits.push({ period: 'day', key, most: perDay, beginsAt, endsAt });
  }
  if (perMonth !== undefined) {
    const beginsAt = Date.UTC(year, month);
    const [key, endsAt] = [`m${date.slice(0, 7)}`, Date.UTC(year, month + 1)];
    limits.push({ period: 'month', key, most: perMonth, beginsAt, endsAt });
  }
  return limits;
}

/** Of those that are used up the one that lasts longest: before its end asking again is in vain. */
export function usedUp(uses: readonly QuotaUse[]): QuotaUse | undefined {
  return uses
    .filter(({ used, most }) => used >= most)
    .reduce<QuotaUse | undefined>((last, one) => (last && last.endsAt >= one.endsAt ? last : one), undefined);
}
