import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Device, Profile } from '#domain/communication/model/profile.js';
import type { Profiles } from '#ports/communication/profiles.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { profilesStore } from './profiles-store.js';

export class SqliteProfiles implements Profiles {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(profilesStore);
  }

  find(workspace: WorkspaceId, user: string): Promise<Profile | undefined> {
    return this.#calls.read('find', { workspace, user });
  }

  save(before: Profile | undefined, after: Profile): Promise<'saved' | 'conflict'> {
    return this.#calls.write('save', { before, after });
  }

  remove(workspace: WorkspaceId, user: string): Promise<boolean> {
    return this.#calls.write('remove', { workspace, user });
  }

  devices(workspace: WorkspaceId, user: string): Promise<readonly Device[]> {
    return this.#calls.read('devices', { workspace, user });
  }

  addDevice(device: Device): Promise<Device> {
    return this.#calls.write('addDevice', device);
  }

  removeDevice(workspace: WorkspaceId, user: string, id: string): Promise<boolean> {
    return this.#calls.write('removeDevice', { workspace, user, id });
  }

  removeAddress(
    workspace: WorkspaceId,
    address: string,
    until: Instant = Number.MAX_SAFE_INTEGER,
  ): Promise<boolean> {
    return this.#calls.write('removeAddress', { workspace, address, until });
  }

  lastInbound(channel: string, address: string): Promise<Instant | undefined> {
    return this.#calls.read('lastInbound', { channel, address });
  }

  async touch(channel: string, address: string, at: Instant): Promise<void> {
    await this.#calls.write('touch', { channel, address, at });
  }
}
