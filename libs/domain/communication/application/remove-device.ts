import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Profiles } from '#ports/communication/profiles.js';

/** Sends no more push to a device: its user has signed out there. */
@Injectable()
export class RemoveDevice {
  readonly #profiles: Profiles;

  constructor(@Inject(Profiles) profiles: Profiles) {
    this.#profiles = profiles;
  }

  /**
   * @param repeated an earlier attempt of this request may have removed it already
   * @throws Refusal `not_found`
   */
  async run(workspaceId: WorkspaceId, userId: string, deviceId: string, repeated = false): Promise<void> {
    const removed = await this.#profiles.removeDevice(workspaceId, userId, deviceId);
    if (!removed && !repeated) throw notFound('device');
  }
}
