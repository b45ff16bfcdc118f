import { createHash } from 'node:crypto';
import type { Device } from '#domain/communication/model/profile.js';
import type { Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

/** A device stands twice: under its address, of which there is one in a workspace, and among those of its user. */
export interface DeviceItem extends Key, Device {}

/** An address is as long as a push provider likes. */
export function addressPlace(workspaceId: string, address: string): Key {
  const hash = createHash('sha256').update(address).digest('base64url');
  return { pk: key('DEVICEADDRESS', workspaceId, hash), sk: 'DEVICE' };
}

export function devicesOf(workspaceId: string, userId: string): string {
  return key('DEVICES', workspaceId, userId);
}

/** In the order in which they were registered. */
function userPlace({ workspaceId, userId, createdAt, id }: Device): Key {
  return { pk: devicesOf(workspaceId, userId), sk: key(createdAt, id) };
}

export function countPlace(workspaceId: string, userId: string): Key {
  return { pk: key('DEVICECOUNT', workspaceId, userId), sk: 'COUNT' };
}

/** Both items of a device, taking the place of `was`, which had its address. */
export function puts(device: Device, was: Device | undefined): Write[] {
  const writes: Write[] = [
    {
      kind: 'put',
      item: { ...addressPlace(device.workspaceId, device.address), ...device },
      if: was ? sameAs(was) : when`attribute_not_exists(pk)`,
    },
    { kind: 'put', item: { ...userPlace(device), ...device } },
  ];
  const before = was && userPlace(was);
  const after = userPlace(device);
  if (before && (before.pk !== after.pk || before.sk !== after.sk))
    writes.push({ kind: 'delete', key: before });
  return writes;
}

/** Both items of a device; refused if it is another's meanwhile, was registered again, or is gone. */
export function removals(device: Device): Write[] {
  return [
    { kind: 'delete', key: addressPlace(device.workspaceId, device.address), if: sameAs(device) },
    { kind: 'delete', key: userPlace(device), if: when`attribute_exists(pk)` },
  ];
}

export function counting({ workspaceId, userId }: Device, by: number): Write {
  return { kind: 'update', key: countPlace(workspaceId, userId), change: to`ADD #count ${by}` };
}

/** One more, if there are fewer than `most`. */
export function countingUpTo({ workspaceId, userId }: Device, most: number): Write {
  const isRoom = when`attribute_not_exists(#count) OR #count < ${most}`;
  return { kind: 'update', key: countPlace(workspaceId, userId), change: to`ADD #count ${1}`, if: isRoom };
}

export function deviceOf(item: DeviceItem): Device {
  const { id, workspaceId, userId, platform, address, createdAt } = item;
  return { id, workspaceId, userId, platform, address, createdAt };
}

function sameAs({ userId, id, createdAt }: Device) {
  return when`#userId = ${userId} AND #id = ${id} AND #createdAt = ${createdAt}`;
}
