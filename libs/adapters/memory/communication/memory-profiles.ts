import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type Device, MOST_DEVICES, type Profile } from '#domain/communication/model/profile.js';
import type { Profiles } from '#ports/communication/profiles.js';

export class MemoryProfiles implements Profiles {
  readonly #profiles = new Map<string, Profile>();
  /** By user, then by address: those registered longest ago first. */
  readonly #devices = new Map<string, Map<string, Device>>();
  /** The user who has an address. */
  readonly #owners = new Map<string, string>();
  readonly #inbound = new Map<string, Instant>();

  async find(workspaceId: WorkspaceId, userId: string): Promise<Profile | undefined> {
    return this.#profiles.get(nameOf(workspaceId, userId));
  }

  async save(before: Profile | undefined, after: Profile): Promise<'saved' | 'conflict'> {
    const { workspaceId, userId } = before ?? after;
    const name = nameOf(workspaceId, userId);
    if (this.#profiles.get(name)?.revision !== before?.revision) return 'conflict';
    this.#profiles.set(name, structuredClone(after));
    return 'saved';
  }

  async remove(workspaceId: WorkspaceId, userId: string): Promise<boolean> {
    const devices = [...this.#devicesOf(workspaceId, userId)];
    for (const address of devices.map(([one]) => one)) this.#take(workspaceId, address);
    return this.#profiles.delete(nameOf(workspaceId, userId)) || devices.length > 0;
  }

  async devices(workspaceId: WorkspaceId, userId: string): Promise<readonly Device[]> {
    return [...this.#devicesOf(workspaceId, userId).values()];
  }

  async addDevice(device: Device): Promise<Device> {
    const { workspaceId, userId, address } = device;
    const kept = { ...device, id: this.#take(workspaceId, address)?.id ?? device.id };
    const devices = this.#devicesOf(workspaceId, userId).set(address, kept);
    this.#devices.set(nameOf(workspaceId, userId), devices);
    this.#owners.set(nameOf(workspaceId, address), userId);
    for (const oldest of devices.keys()) {
      if (devices.size <= MOST_DEVICES) break;
      this.#take(workspaceId, oldest);
    }
    return kept;
  }

  async removeDevice(workspaceId: WorkspaceId, userId: string, deviceId: string): Promise<boolean> {
    const found = [...this.#devicesOf(workspaceId, userId).values()].find(({ id }) => id === deviceId);
    return found !== undefined && this.#take(workspaceId, found.address) !== undefined;
  }

  async removeAddress(workspaceId: WorkspaceId, address: string, until = Infinity): Promise<boolean> {
    const owner = this.#owners.get(nameOf(workspaceId, address));
    const device = owner === undefined ? undefined : this.#devicesOf(workspaceId, owner).get(address);
    if (!device || device.createdAt > until) return false;
    return this.#take(workspaceId, address) !== undefined;
  }

  async lastInbound(channel: string, address: string): Promise<Instant | undefined> {
    return this.#inbound.get(nameOf(channel, address));
  }

  async touch(channel: string, address: string, at: Instant): Promise<void> {
    const name = nameOf(channel, address);
    this.#inbound.set(name, Math.max(at, this.#inbound.get(name) ?? at));
  }

  #devicesOf(workspaceId: WorkspaceId, userId: string): Map<string, Device> {
    return this.#devices.get(nameOf(workspaceId, userId)) ?? new Map();
  }

  /** Whoever has it has it no longer. */
  #take(workspaceId: WorkspaceId, address: string): Device | undefined {
    const owner = this.#owners.get(nameOf(workspaceId, address));
    if (owner === undefined) return undefined;
    const devices = this.#devicesOf(workspaceId, owner);
    const device = devices.get(address);
    devices.delete(address);
    this.#owners.delete(nameOf(workspaceId, address));
    return device;
  }
}

function nameOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
