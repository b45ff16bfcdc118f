import { Body, Delete, Get, HttpCode, Inject, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RemoveProfile } from '#domain/communication/application/remove-profile.js';
import { SavePreferences } from '#domain/communication/application/save-preferences.js';
import { SaveProfile } from '#domain/communication/application/save-profile.js';
import type { Preferences, Profile } from '#domain/communication/model/profile.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { SavePreferencesBody, SaveUserBody } from './user.body.js';
import type { PreferencesView, UserView } from './user.view.js';

@RestController('v1/users')
export class UsersController {
  readonly #saveProfile: SaveProfile;
  readonly #savePreferences: SavePreferences;
  readonly #removeProfile: RemoveProfile;
  readonly #profiles: Profiles;

  constructor(
    saveProfile: SaveProfile,
    savePreferences: SavePreferences,
    removeProfile: RemoveProfile,
    @Inject(Profiles) profiles: Profiles,
  ) {
    this.#saveProfile = saveProfile;
    this.#savePreferences = savePreferences;
    this.#removeProfile = removeProfile;
    this.#profiles = profiles;
  }

  /**
   * Says who a user is, all of it; the id is the application's own. Preferences and devices stay. 201 where there was no such
   * user (RFC 9110 9.3.4), 200 where there was.
   */
  @Put(':userId')
  @Scopes('users:write')
  async save(
    @Caller() { workspaceId }: Caller,
    @Param('userId') userId: string,
    @Body() body: SaveUserBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const { profile, made } = await this.#saveProfile.run(workspaceId, userId, body);
    void reply.code(made ? 201 : 200);
    return viewOf(profile);
  }

  /** What is known of a user: addresses, locale, time zone, quiet hours. */
  @Get(':userId')
  @Scopes('users:read')
  async find(@Caller() caller: Caller, @Param('userId') userId: string): Promise<UserView> {
    return viewOf(await this.#known(caller, userId));
  }

  /** Erases what is known of the user: addresses, preferences and devices. What was told them stays on record. */
  @Delete(':userId')
  @Scopes('users:write')
  @HttpCode(204)
  async remove(
    @Caller() { workspaceId }: Caller,
    @Param('userId') userId: string,
    @Attempt() { repeated }: Attempt,
  ): Promise<void> {
    await this.#removeProfile.run(workspaceId, userId, repeated);
  }

  /** Says what a user wants, all of it. A mandatory type keeps a channel all the same. */
  @Put(':userId/preferences')
  @Scopes('users:write')
  async savePreferences(
    @Caller() { workspaceId }: Caller,
    @Param('userId') userId: string,
    @Body() body: SavePreferencesBody,
  ): Promise<PreferencesView> {
    return preferencesView(await this.#savePreferences.run(workspaceId, userId, body));
  }

  /** By which channels, in which order, the user wants to be told of what. */
  @Get(':userId/preferences')
  @Scopes('users:read')
  async preferences(@Caller() caller: Caller, @Param('userId') userId: string): Promise<PreferencesView> {
    return preferencesView((await this.#known(caller, userId)).preferences);
  }

  async #known({ workspaceId }: Caller, userId: string): Promise<Profile> {
    const profile = await this.#profiles.find(workspaceId, userId);
    if (!profile) throw notFound('user');
    return profile;
  }
}

function viewOf(profile: Profile): UserView {
  const { userId, locale = null, timezone = null, quietHours, createdAt, updatedAt } = profile;
  const { email = null, phone = null, whatsapp = null, ...addresses } = profile.addresses;
  return {
    userId,
    email,
    phone,
    whatsapp,
    addresses,
    locale,
    timezone,
    quietHours: quietHours ? { ...quietHours } : null,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

function preferencesView({ channels, types, categories }: Preferences): PreferencesView {
  return { channels: channels ? [...channels] : null, types: copy(types), categories: copy(categories) };
}

function copy(lists: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(lists).map(([name, channels]) => [name, [...channels]]));
}
