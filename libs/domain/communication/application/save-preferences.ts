import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import type { Preferences } from '#domain/communication/model/profile.js';
import { type PreferencesDraft, readPreferences } from '#domain/communication/model/profile-draft.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { changeProfile } from './save-profile.js';

/**
 * Says what a user wants, all of it. A mandatory type may be refused every channel here: the route keeps one all the same,
 * and a type may become mandatory tomorrow.
 */
@Injectable()
export class SavePreferences {
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
   * Makes no profile: a click that comes after a user was erased must not bring them back.
   * @throws Refusal `not_found` | `validation_failed` | `already_exists` if others keep changing the profile
   */
  async run(workspaceId: WorkspaceId, userId: string, draft: PreferencesDraft): Promise<Preferences> {
    const preferences = readPreferences(draft, new Set(this.#channels.all().map(({ name }) => name)));
    await changeProfile(this.#profiles, { workspaceId, userId }, (before) => {
      if (!before) throw notFound('user');
      return { ...before, preferences, revision: before.revision + 1, updatedAt: this.#clock.now() };
    });
    return preferences;
  }
}
