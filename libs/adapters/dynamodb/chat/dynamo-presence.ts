import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type DeviceState, type Lease, type Shown, shownOf } from '#domain/chat/model/presence.js';
import type { Presence } from '#ports/chat/presence.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key, ttlAt } from '../engine/keys.js';

/** As long as the port promises. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** Users looked at together. */
const AT_ONCE = 32;
/** Devices of one user that are looked at. */
const MOST_DEVICES = 200;
const LAST = 'LAST';

interface LeaseItem extends Key, Lease {}

interface LastItem extends Key {
  readonly seenAt: Instant;
}

/**
 * Leases in the one table, where no process lives long enough to hold them: those of a user are one partition, and beside them stands when
 * the user was last seen by a device that has gone.
 */
export class DynamoPresence implements Presence {
  readonly #table: DynamoTable;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(table: DynamoTable, clock: Pick<Clock, 'now'>) {
    this.#table = table;
    this.#clock = clock;
  }

  async hold(
    workspaceId: WorkspaceId,
    userId: string,
    { id, state }: { readonly id: string; readonly state: DeviceState },
    forMs: number,
  ): Promise<void> {
    const heardAt = this.#clock.now();
    const until = heardAt + forMs;
    const ttl = ttlAt(until + KEPT_MS);
    await this.#table.put({ ...deviceKey(workspaceId, userId, id), state, heardAt, until, ttl });
  }

  /** First when, then that: who dies between the two leaves a lease that runs out by itself. */
  async drop(workspaceId: WorkspaceId, userId: string, deviceId: string): Promise<void> {
    const device = deviceKey(workspaceId, userId, deviceId);
    if (!(await this.#table.get(device))) return;
    const seenAt = this.#clock.now();
    await this.#table.update(
      { pk: device.pk, sk: LAST },
      to`SET #seenAt = ${seenAt}, #ttl = ${ttlAt(seenAt + KEPT_MS)}`,
      when`attribute_not_exists(pk) OR #seenAt < ${seenAt}`,
    );
    await this.#table.delete(device);
  }

  async of(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Shown[]> {
    const shown: Shown[] = [];
    for (let at = 0; at < userIds.length; at += AT_ONCE)
      shown.push(
        ...(await Promise.all(
          userIds.slice(at, at + AT_ONCE).map((userId) => this.#shown(workspaceId, userId)),
        )),
      );
    return shown;
  }

  async #shown(workspaceId: WorkspaceId, userId: string): Promise<Shown> {
    const { pk } = deviceKey(workspaceId, userId, '');
    const items = await this.#table.list<LeaseItem | LastItem>({ pk, limit: MOST_DEVICES });
    const last = items.find((item) => 'seenAt' in item);
    const leases = items.filter((item) => 'until' in item);
    return shownOf(userId, leases, this.#clock.now(), last?.seenAt);
  }
}

function deviceKey(workspaceId: WorkspaceId, userId: string, deviceId: string): Key {
  return { pk: key('PRESENCE', workspaceId, userId), sk: key('DEVICE', deviceId) };
}
