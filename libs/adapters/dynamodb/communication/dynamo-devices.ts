import type { Device } from '#domain/communication/model/profile.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { Turns } from '../engine/turns.js';
import {
  addressPlace,
  counting,
  countingUpTo,
  countPlace,
  type DeviceItem,
  deviceOf,
  devicesOf,
  puts,
  removals,
} from './device-items.js';

/** Devices that are removed with their user in one transaction: two items each, and their count. */
const REMOVED_AT_ONCE = 49;

/** The devices of the users, in items of their own: a user may have ten thousand. */
export class DynamoDevices {
  readonly #table: DynamoTable;
  readonly #most: number;
  /** Each change of a user's devices counts them, in one item: at once they would only refuse one another. */
  readonly #turns = new Turns();

  constructor(table: DynamoTable, most: number) {
    this.#table = table;
    this.#most = most;
  }

  async of(workspaceId: string, userId: string): Promise<Device[]> {
    const pk = devicesOf(workspaceId, userId);
    const items = await this.#table.list<DeviceItem>({ pk, limit: this.#most + 1 });
    return items.map(deviceOf);
  }

  add(device: Device): Promise<Device> {
    return this.#turns.take(device.userId, () => this.#add(device));
  }

  async #add(device: Device): Promise<Device> {
    for (let isFull = false; ;) {
      const was = await this.#at(device.workspaceId, device.address);
      const kept = { ...device, id: was?.id ?? device.id };
      const isNew = was?.userId !== device.userId;
      const room = isNew ? await this.#room(kept, isFull) : [];
      const left = was && isNew ? [counting(was, -1)] : [];
      const writes = [...room, ...puts(kept, was), ...left];
      const added = await this.#table.transact(writes);
      if (added.kind === 'done') return kept;
      isFull = isNew && !isFull && added.by.has(0);
    }
  }

  async remove(workspaceId: string, userId: string, id: string): Promise<boolean> {
    for (;;) {
      const pk = devicesOf(workspaceId, userId);
      const [found] = await this.#table.list<DeviceItem>({ pk, filter: when`#id = ${id}`, limit: 1 });
      if (!found) return false;
      if (await this.#drop(deviceOf(found))) return true;
    }
  }

  async removeAddress(workspaceId: string, address: string, until: number): Promise<boolean> {
    for (;;) {
      const found = await this.#at(workspaceId, address);
      if (!found || found.createdAt > until) return false;
      if (await this.#drop(found)) return true;
    }
  }

  /** Answers whether there were any. Asked again after a crash it goes on where it was. */
  async removeAll(workspaceId: string, userId: string): Promise<boolean> {
    let any = false;
    for (;;) {
      const pk = devicesOf(workspaceId, userId);
      const found = await this.#table.list<DeviceItem>({ pk, limit: REMOVED_AT_ONCE });
      const [first] = found;
      if (!first) break;
      const writes = [...found.map(deviceOf).flatMap(removals), counting(first, -found.length)];
      // Refused if one of them was moved meanwhile: then we look again.
      if ((await this.#table.transact(writes)).kind === 'done') any = true;
    }
    await this.#table.delete(countPlace(workspaceId, userId), when`#count <= ${0}`);
    return any;
  }

  #drop(device: Device): Promise<boolean> {
    const writes = [...removals(device), counting(device, -1)];
    return this.#turns.take(device.userId, async () => (await this.#table.transact(writes)).kind === 'done');
  }

  /** A place among those of the user: a free one, or that of whichever was registered longest ago. */
  async #room(device: Device, isFull: boolean): Promise<Write[]> {
    if (!isFull) return [countingUpTo(device, this.#most)];
    const pk = devicesOf(device.workspaceId, device.userId);
    const [oldest] = await this.#table.list<DeviceItem>({ pk, limit: 1 });
    return oldest ? removals(deviceOf(oldest)) : [countingUpTo(device, this.#most)];
  }

  async #at(workspaceId: string, address: string): Promise<Device | undefined> {
    const item = await this.#table.get<DeviceItem>(addressPlace(workspaceId, address));
    return item && deviceOf(item);
  }
}
