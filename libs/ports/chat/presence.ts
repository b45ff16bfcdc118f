import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { DeviceState, Shown } from '#domain/chat/model/presence.js';

/**
 * Who is there. Each device holds a lease, which it renews; a user is what their devices are together.
 *
 * Guarantees: `hold` makes or renews the lease of a device for `forMs` milliseconds from now, `drop` ends it; either may be
 * asked twice, and a device is of one user. `of` answers for every user asked for, in their order, what follows from the
 * leases that hold when it is asked: one that has run out holds no more, though nobody has said so, and is the last sight of
 * its user if there was no later one. It may miss what was held or dropped a second ago. The last sight of a user is kept
 * for 30 days at least.
 */
export interface Presence {
  hold(
    workspaceId: WorkspaceId,
    userId: string,
    device: { readonly id: string; readonly state: DeviceState },
    forMs: number,
  ): Promise<void>;
  drop(workspaceId: WorkspaceId, userId: string, deviceId: string): Promise<void>;
  /** @param userIds at most 500 */
  of(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Shown[]>;
}
export const Presence = Symbol('Presence');
