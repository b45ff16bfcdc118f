import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type DeviceState, type Lease, type Shown, shownOf } from '#domain/chat/model/presence.js';
import type { Presence } from '#ports/chat/presence.js';
import type { Clock } from '#ports/system/clock.js';

/** As long as the port promises. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** Users after whose coming the others are looked through for what may be forgotten. */
const SWEEP_AFTER = 1_000;

interface Kept {
  readonly leases: Map<string, Lease>;
  lastSeenAt: Instant;
}

/** Of one process: who is connected to it, and nobody else. */
export class MemoryPresence implements Presence {
  readonly #clock: Clock;
  readonly #users = new Map<string, Kept>();
  #come = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async hold(
    workspaceId: WorkspaceId,
    userId: string,
    { id, state }: { readonly id: string; readonly state: DeviceState },
    forMs: number,
  ): Promise<void> {
    const heardAt = this.#clock.now();
    const key = keyOf(workspaceId, userId);
    const kept = this.#users.get(key) ?? this.#newUser(key, heardAt);
    kept.lastSeenAt = heardAt;
    for (const [device, { until }] of kept.leases) if (until <= heardAt) kept.leases.delete(device);
    kept.leases.set(id, { state, heardAt, until: heardAt + forMs });
  }

  async drop(workspaceId: WorkspaceId, userId: string, deviceId: string): Promise<void> {
    const kept = this.#users.get(keyOf(workspaceId, userId));
    if (kept?.leases.delete(deviceId)) kept.lastSeenAt = this.#clock.now();
  }

  async of(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Shown[]> {
    const now = this.#clock.now();
    return userIds.map((userId) => {
      const kept = this.#users.get(keyOf(workspaceId, userId));
      return shownOf(userId, [...(kept?.leases.values() ?? [])], now, kept?.lastSeenAt);
    });
  }

  #newUser(key: string, now: Instant): Kept {
    this.#come += 1;
    if (this.#come % SWEEP_AFTER === 0) this.#forget(now - KEPT_MS);
    const kept = { leases: new Map<string, Lease>(), lastSeenAt: now };
    this.#users.set(key, kept);
    return kept;
  }

  #forget(seenBefore: Instant): void {
    for (const [key, { lastSeenAt }] of this.#users) if (lastSeenAt < seenBefore) this.#users.delete(key);
  }
}

function keyOf(workspaceId: WorkspaceId, userId: string): string {
  return JSON.stringify([workspaceId, userId]);
}
