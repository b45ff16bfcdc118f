import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { TemplateInstaller } from '#domain/templating/template-installer.facade.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { type ShippedType, ShippedTypes } from '#ports/communication/shipped-types.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { type LocalisedTemplates, type NotificationType, readType } from '../model/notification-type.js';

/**
 * Copies the types that come with Posthorn into a workspace, where they are anybody's to change, with a template for each
 * channel that this deployment has.
 */
@Injectable()
export class InstallShippedTypes {
  readonly #shipped: ShippedTypes;
  readonly #types: NotificationTypes;
  readonly #templates: TemplateInstaller;
  readonly #channels: Channels;
  readonly #clock: Clock;

  constructor(
    @Inject(ShippedTypes) shipped: ShippedTypes,
    @Inject(NotificationTypes) types: NotificationTypes,
    @Inject(TemplateInstaller) templates: TemplateInstaller,
    @Inject(Channels) channels: Channels,
    @Inject(Clock) clock: Clock,
  ) {
    this.#shipped = shipped;
    this.#types = types;
    this.#templates = templates;
    this.#channels = channels;
    this.#clock = clock;
  }

  /**
   * May run at every start, and after one that died anywhere: templates come first and are found again by their origin, so a
   * type is there with all its templates or not at all. One that somebody has changed, or made under the same name, is left
   * as it is; one that somebody has removed stays away; one that nobody has touched takes up channels that the deployment
   * has got since.
   * Answers how many types were written.
   */
  async run(workspaceId: WorkspaceId): Promise<number> {
    let written = 0;
    for (const shipped of await this.#shipped.list()) {
      if (await this.#install(workspaceId, shipped)) written++;
    }
    return written;
  }

  async #install(workspaceId: WorkspaceId, shipped: ShippedType): Promise<boolean> {
    const before = await this.#types.find(workspaceId, shipped.type);
    // Whoever saves one makes it their own: it loses its origin.
    if (before && before.origin !== originOf(shipped)) return false;
    // Somebody did not want it: it stays away, or every start would bring it back.
    if (!before && (await this.#types.wasRemoved(workspaceId, shipped.type))) return false;
    const known = before?.channels ?? [];
    const channels = shipped.channels.filter((name) => this.#channels.find(name) || known.includes(name));
    // None of its channels is here, or no other than it has already.
    if (channels.length === known.length) return false;
    const templates = await this.#templatesOf(workspaceId, shipped, channels, before);
    const type = readType({ ...shipped, channels, templates }, new Set(channels));
    const now = this.#clock.now();
    if (before) {
      const revision = before.revision + 1;
      const after = { ...before, channels, templates: type.templates, revision, updatedAt: now };
      return (await this.#types.save(before, after)) === 'saved';
    }
    const made = {
      ...type,
      workspaceId,
      origin: originOf(type),
      revision: 0,
      createdAt: now,
      updatedAt: now,
    };
    return (await this.#types.insert(made)) === 'inserted';
  }

  async #templatesOf(
    workspaceId: WorkspaceId,
    shipped: ShippedType,
    channels: readonly string[],
    before: NotificationType | undefined,
  ): Promise<Record<string, LocalisedTemplates>> {
    const templates: Record<string, LocalisedTemplates> = {};
    for (const channel of channels) {
      const known = before?.templates[channel];
      const template = shipped.templates[channel];
      if (known) templates[channel] = known;
      else if (template)
        templates[channel] = { default: (await this.#templates.install(workspaceId, template)).id };
    }
    return templates;
  }
}

function originOf({ type }: Pick<NotificationType, 'type'>): string {
  return `shipped:${type}`;
}
