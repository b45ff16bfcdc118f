import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EventOf } from '#domain/events/relay-events.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels } from '#ports/delivery/channels.js';
import { channelCode, parseLegDispatchId } from './notification-dispatch.js';

/**
 * A device that its provider knows no more is nobody's. The event is committed with the refusal, and told until we have heard
 * it: telling twice drops it once, and one that was registered again since stays.
 */
@Injectable()
export class DropDeadDevice {
  readonly #profiles: Profiles;
  readonly #channels: Channels;

  constructor(@Inject(Profiles) profiles: Profiles, @Inject(Channels) channels: Channels) {
    this.#profiles = profiles;
    this.#channels = channels;
  }

  async run({ workspaceId, dispatchId, address, at }: EventOf<'address.gone'>): Promise<void> {
    const leg = parseLegDispatchId(dispatchId);
    const channel = leg && this.#channels.all().find(({ name }) => channelCode(name) === leg.code);
    if (channel?.addressKind === 'devices')
      await this.#profiles.removeAddress(workspaceId as WorkspaceId, address, at);
  }
}
