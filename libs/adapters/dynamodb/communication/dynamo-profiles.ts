import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type Device, MOST_DEVICES, type Profile } from '#domain/communication/model/profile.js';
import type { Profiles } from '#ports/communication/profiles.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { DynamoDevices } from './dynamo-devices.js';

interface ProfileItem extends Key {
  readonly revision: number;
  /** As JSON. */
  readonly body: string;
}

export class DynamoProfiles implements Profiles {
  readonly #table: DynamoTable;
  readonly #devices: DynamoDevices;

  constructor(table: DynamoTable, mostDevices = MOST_DEVICES) {
    this.#table = table;
    this.#devices = new DynamoDevices(table, mostDevices);
  }

  async find(workspaceId: WorkspaceId, userId: string): Promise<Profile | undefined> {
    const item = await this.#table.get<ProfileItem>(placeOf(workspaceId, userId));
    return item && (JSON.parse(item.body) as Profile);
  }

  /** In a transaction, be it of one item: whoever did not hear the answer must not be told that another was faster. */
  async save(before: Profile | undefined, after: Profile): Promise<'saved' | 'conflict'> {
    const { workspaceId, userId } = before ?? after;
    const body = JSON.stringify(after);
    const write: Write = {
      kind: 'put',
      item: { ...placeOf(workspaceId, userId), revision: after.revision, body },
      if: before ? when`#revision = ${before.revision}` : when`attribute_not_exists(pk)`,
    };
    return (await this.#table.transact([write])).kind === 'done' ? 'saved' : 'conflict';
  }

  /** The devices first: if we die in between there is still a profile to be removed, and with it what is left of them. */
  async remove(workspaceId: WorkspaceId, userId: string): Promise<boolean> {
    const hadDevices = await this.#devices.removeAll(workspaceId, userId);
    const there = when`attribute_exists(pk)`;
    const removed = await this.#table.transact([
      { kind: 'delete', key: placeOf(workspaceId, userId), if: there },
    ]);
    return hadDevices || removed.kind === 'done';
  }

  devices(workspaceId: WorkspaceId, userId: string): Promise<readonly Device[]> {
    return this.#devices.of(workspaceId, userId);
  }

  addDevice(device: Device): Promise<Device> {
    return this.#devices.add(device);
  }

  removeDevice(workspaceId: WorkspaceId, userId: string, deviceId: string): Promise<boolean> {
    return this.#devices.remove(workspaceId, userId, deviceId);
  }

  removeAddress(
    workspaceId: WorkspaceId,
    address: string,
    until: Instant = Number.MAX_SAFE_INTEGER,
  ): Promise<boolean> {
    return this.#devices.removeAddress(workspaceId, address, until);
  }

  async lastInbound(channel: string, address: string): Promise<Instant | undefined> {
    return (await this.#table.get<{ at: Instant }>(inboundOf(channel, address)))?.at;
  }

  async touch(channel: string, address: string, at: Instant): Promise<void> {
    const isLater = when`attribute_not_exists(pk) OR #at < ${at}`;
    await this.#table.update(inboundOf(channel, address), to`SET #at = ${at}`, isLater);
  }
}

function placeOf(workspaceId: string, userId: string): Key {
  return { pk: key('PROFILE', workspaceId, userId), sk: 'PROFILE' };
}

function inboundOf(channel: string, address: string): Key {
  return { pk: key('INBOUND', channel, address), sk: 'INBOUND' };
}
