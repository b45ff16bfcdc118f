import { Inject, Injectable } from '@nestjs/common';
import type { NotificationOrder } from '#domain/communication/model/notification.js';
import { noPreferences, type Preferences, type Profile } from '#domain/communication/model/profile.js';
import { Channels } from '#ports/delivery/channels.js';
import { Profiles } from '#ports/communication/profiles.js';

/** Whom a notification is for, as they are at the moment it is due. */
export interface FoundRecipient {
  readonly profile: Profile | undefined;
  readonly preferences: Preferences;
  /** By channel; none where they cannot be reached on it. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  readonly locale: string | undefined;
}

@Injectable()
export class FindRecipient {
  readonly #profiles: Profiles;
  readonly #channels: Channels;

  constructor(@Inject(Profiles) profiles: Profiles, @Inject(Channels) channels: Channels) {
    this.#profiles = profiles;
    this.#channels = channels;
  }

  /** Addresses given with the request go before those of the profile. */
  async run({ workspaceId, to, locale }: NotificationOrder): Promise<FoundRecipient> {
    const { userId } = to;
    const [profile, devices] =
      userId === undefined
        ? [undefined, []]
        : await Promise.all([
            this.#profiles.find(workspaceId, userId),
            this.#profiles.devices(workspaceId, userId),
          ]);
    const known: Record<string, readonly string[]> = {};
    for (const { name, addressKind } of this.#channels.all()) {
      const given = to.addresses[addressKind] ?? profile?.addresses[addressKind];
      if (given !== undefined) known[name] = [given];
      else if (addressKind === 'devices') known[name] = devices.map(({ address }) => address);
      else if (addressKind === 'userId' && userId !== undefined) known[name] = [userId];
    }
    return {
      profile,
      preferences: profile?.preferences ?? noPreferences,
      addresses: known,
      locale: locale ?? profile?.locale,
    };
  }
}
