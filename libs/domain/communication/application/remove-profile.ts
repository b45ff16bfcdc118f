import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Profiles } from '#ports/communication/profiles.js';

/** Erases what we know of a user: addresses, preferences, devices. What was told them stays on record. */
@Injectable()
export class RemoveProfile {
  readonly #profiles: Profiles;

  constructor(@Inject(Profiles) profiles: Profiles) {
    this.#profiles = profiles;
  }

  /**
   * @param repeated an earlier attempt of this request may have erased them already
   * @throws Refusal `not_found`
   */
  async run(workspaceId: WorkspaceId, userId: string, repeated = false): Promise<void> {
    const removed = await this.#profiles.remove(workspaceId, userId);
    if (!removed && !repeated) throw notFound('user');
  }
}
