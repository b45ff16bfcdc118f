import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import {
  afterCategory,
  afterChoices,
  channelsWanted,
  type Choice,
} from '#domain/communication/model/choices.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { changeProfile } from './save-profile.js';

/** A type as its recipient is asked about it. */
export interface OfferedType {
  readonly type: string;
  readonly category: string;
  readonly description: string | undefined;
  readonly mandatory: boolean;
  /** Those on which the user can be reached, in the order of the type. */
  readonly channels: readonly { readonly name: string; readonly wanted: boolean }[];
}

export interface Offer {
  /** The user's, if one is known. */
  readonly email: string | undefined;
  /** By category, then by name. */
  readonly types: readonly OfferedType[];
}

export interface Chosen {
  readonly choices: readonly Choice[];
  /** All of a category at once; done after the choices. */
  readonly category?: { readonly name: string; readonly wanted: boolean };
}

/** Nobody reads through more. */
const MOST_TYPES = 500;
const PAGE = 100;

/** What a user says of their notifications themselves, on a page of ours. */
@Injectable()
export class ChooseNotifications {
  readonly #profiles: Profiles;
  readonly #types: NotificationTypes;
  readonly #channels: Channels;
  readonly #clock: Clock;

  constructor(
    @Inject(Profiles) profiles: Profiles,
    @Inject(NotificationTypes) types: NotificationTypes,
    @Inject(Channels) channels: Channels,
    @Inject(Clock) clock: Clock,
  ) {
    this.#profiles = profiles;
    this.#types = types;
    this.#channels = channels;
    this.#clock = clock;
  }

  /** What there is to choose; undefined for a user of whom nothing is known, or nothing any more. */
  async offer(workspaceId: WorkspaceId, userId: string): Promise<Offer | undefined> {
    const [profile, devices, types] = await Promise.all([
      this.#profiles.find(workspaceId, userId),
      this.#profiles.devices(workspaceId, userId),
      this.#all(workspaceId),
    ]);
    if (!profile) return undefined;
    const reached = this.#channels.all().filter(({ addressKind }) => {
      if (addressKind === 'devices') return devices.length > 0;
      return addressKind === 'userId' || Object.hasOwn(profile.addresses, addressKind);
    });
    const offered = types.map((type) => {
      const wanted = channelsWanted(profile.preferences, type);
      const channels = type.channels
        .filter((name) => reached.some((one) => one.name === name))
        .map((name) => ({ name, wanted: type.mandatory || wanted.includes(name) }));
      const { type: name, category, description, mandatory } = type;
      return { type: name, category, description, mandatory, channels };
    });
    return {
      email: profile.addresses['email'],
      types: offered
        .filter(({ channels }) => channels.length > 0)
        .sort((a, b) => order(a.category, b.category) || order(a.type, b.type)),
    };
  }

  /**
   * Saying the same again changes nothing.
   * @throws Refusal `not_found` | `validation_failed` | `already_exists` if others keep changing the profile
   */
  async choose(workspaceId: WorkspaceId, userId: string, { choices, category }: Chosen): Promise<void> {
    const types = await this.#all(workspaceId);
    await changeProfile(this.#profiles, { workspaceId, userId }, (before) => {
      if (!before) throw notFound('user');
      let preferences = afterChoices(before.preferences, types, choices);
      // A category of nobody's making is not to be kept for anybody.
      if (category && types.some((type) => type.category === category.name))
        preferences = afterCategory(preferences, types, category.name, category.wanted);
      return { ...before, preferences, revision: before.revision + 1, updatedAt: this.#clock.now() };
    });
  }

  async #all(workspaceId: WorkspaceId): Promise<readonly NotificationType[]> {
    const types: NotificationType[] = [];
    for (let after: string | undefined; types.length < MOST_TYPES;) {
      const page = await this.#types.page(workspaceId, { limit: PAGE, after });
      types.push(...page.data);
      if (page.next === null) break;
      after = page.next;
    }
    return types;
  }
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
