import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Device, Profile } from '#domain/communication/model/profile.js';

/**
 * The users of the applications, and their devices.
 *
 * Guarantees: `save` with `before` undefined makes the profile only if there is none; otherwise it replaces it only if its
 * revision is still that of `before`. `addDevice` with an address that is known in the workspace moves it to this user and
 * answers the device it has become; it keeps at most {@link MOST_DEVICES} of a user, dropping those registered longest ago.
 * `removeAddress` drops a device whoever it belongs to, unless it was registered after `until`: whoever did so knows better. `find` and `devices` see every write that was acknowledged before.
 * Removing a profile removes its devices with it.
 */
export interface Profiles {
  find(workspaceId: WorkspaceId, userId: string): Promise<Profile | undefined>;
  save(before: Profile | undefined, after: Profile): Promise<'saved' | 'conflict'>;
  remove(workspaceId: WorkspaceId, userId: string): Promise<boolean>;
  devices(workspaceId: WorkspaceId, userId: string): Promise<readonly Device[]>;
  addDevice(device: Device): Promise<Device>;
  removeDevice(workspaceId: WorkspaceId, userId: string, deviceId: string): Promise<boolean>;
  removeAddress(workspaceId: WorkspaceId, address: string, until?: Instant): Promise<boolean>;
  /** When somebody with this address last wrote to us on the channel, see `touch`. */
  lastInbound(channel: string, address: string): Promise<Instant | undefined>;
  touch(channel: string, address: string, at: Instant): Promise<void>;
}
export const Profiles = Symbol('Profiles');
