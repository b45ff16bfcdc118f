import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { noPreferences, type Profile } from '#domain/communication/model/profile.js';
import {
  type AddressKinds,
  type ProfileDraft,
  readProfile,
  readUserId,
} from '#domain/communication/model/profile-draft.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';

export interface SavedProfile {
  readonly profile: Profile;
  /** There was none of this user. */
  readonly made: boolean;
}

/** Says who a user is, all of it. Their preferences and devices stay. */
@Injectable()
export class SaveProfile {
  readonly #profiles: Profiles;
  readonly #channels: Channels;
  readonly #clock: Clock;

  constructor(
    @Inject(Profiles) profiles: Profiles,
    @Inject(Channels) channels: Channels,
    @Inject(Clock) clock: Clock,
  ) {
    this.#profiles = profiles;
    this.#channels = channels;
    this.#clock = clock;
  }

  /**
   * @throws Refusal `invalid_address` | `validation_failed` | `already_exists` if others keep changing the profile
   */
  async run(workspaceId: WorkspaceId, userId: string, draft: ProfileDraft): Promise<SavedProfile> {
    const identity = { workspaceId, userId: readUserId(userId) };
    const facts = readProfile(draft, addressKinds(this.#channels));
    const profile = await changeProfile(this.#profiles, identity, (before) => {
      const now = this.#clock.now();
      return {
        ...identity,
        ...facts,
        preferences: before?.preferences ?? noPreferences,
        revision: before === undefined ? 0 : before.revision + 1,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
      };
    });
    return { profile, made: profile.revision === 0 };
  }
}

/** Where two channels find people under the same kind of address, the first of them says how it looks. */
function addressKinds(channels: Channels): AddressKinds {
  return new Map(
    channels
      .all()
      .filter(({ addressKind }) => addressKind !== 'devices' && addressKind !== 'userId')
      .map((channel) => [channel.addressKind, (text: string) => channel.normalise(text)] as const)
      .reverse(),
  );
}

/** Several deciding about one user at once: whoever was overtaken decides again. */
const TRIES = 10;

/** Decides about the latest state of a profile until nobody was faster. @throws Refusal `already_exists`, and what `decide` throws */
export async function changeProfile(
  profiles: Profiles,
  { workspaceId, userId }: Pick<Profile, 'workspaceId' | 'userId'>,
  decide: (before: Profile | undefined) => Profile,
): Promise<Profile> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await profiles.find(workspaceId, userId);
    const after = decide(before);
    if ((await profiles.save(before, after)) === 'saved') return after;
  }
  throw new Refusal('already_exists', 'Others keep changing this user. Try again.');
}
