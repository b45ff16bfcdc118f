import { Body, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { AddDevice } from '#domain/communication/application/add-device.js';
import { RemoveDevice } from '#domain/communication/application/remove-device.js';
import type { Device } from '#domain/communication/model/profile.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { AddDeviceBody } from './user.body.js';
import type { DeviceListView, DeviceView } from './user.view.js';

/** Nobody has a thousand: whoever shows more is an application that registers at every start. */
const MOST_SHOWN = 1_000;

@RestController('v1/users')
export class DevicesController {
  readonly #add: AddDevice;
  readonly #remove: RemoveDevice;
  readonly #profiles: Profiles;

  constructor(add: AddDevice, remove: RemoveDevice, @Inject(Profiles) profiles: Profiles) {
    this.#add = add;
    this.#remove = remove;
    this.#profiles = profiles;
  }

  /**
   * Registers a device for push. Registered again it keeps its id, and belongs to whoever registered it last. A user has at most
   * 10,000: beyond these the ones registered longest ago are dropped.
   */
  @Post(':userId/devices')
  @Scopes('users:write')
  async add(
    @Caller() { workspaceId }: Caller,
    @Param('userId') userId: string,
    @Body() body: AddDeviceBody,
    @Attempt() attempt: Attempt,
  ): Promise<DeviceView> {
    return viewOf(await this.#add.run(workspaceId, userId, attempt.ids.next('dev'), body));
  }

  /** Where the user takes push: at most 1,000 of the devices, and how many there are. */
  @Get(':userId/devices')
  @Scopes('users:read')
  async list(@Caller() { workspaceId }: Caller, @Param('userId') userId: string): Promise<DeviceListView> {
    const devices = await this.#profiles.devices(workspaceId, userId);
    if (devices.length === 0 && !(await this.#profiles.find(workspaceId, userId))) throw notFound('user');
    const newest = devices.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    return { data: newest.slice(0, MOST_SHOWN).map(viewOf), total: devices.length };
  }

  /** Sends no more push there. */
  @Delete(':userId/devices/:deviceId')
  @Scopes('users:write')
  @HttpCode(204)
  async remove(
    @Caller() { workspaceId }: Caller,
    @Param('userId') userId: string,
    @Param('deviceId') deviceId: string,
    @Attempt() { repeated }: Attempt,
  ): Promise<void> {
    await this.#remove.run(workspaceId, userId, deviceId, repeated);
  }
}

function viewOf({ id, platform, address, createdAt }: Device): DeviceView {
  return {
    id,
    platform,
    by: address.startsWith('fid:') ? 'fid' : 'token',
    registeredAt: new Date(createdAt).toISOString(),
  };
}
