import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';

export type SuppressionId = Brand<string, 'SuppressionId'>;

/** `all` stops every message to the address, `marketing` only those that an unsubscribe covers. */
export type SuppressionScope = 'all' | 'marketing';
export const suppressionReasons = ['hard_bounce', 'complaint', 'unsubscribe', 'opt_out', 'manual'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** An address that must not be written to. At most one for each (workspace, address, scope). */
export interface Suppression {
  readonly id: SuppressionId;
  readonly workspaceId: WorkspaceId;
  readonly address: string;
  readonly scope: SuppressionScope;
  readonly reason: SuppressionReason;
  readonly at: Instant;
}
