import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import type { NotificationType, TypeDraft } from '#domain/communication/model/notification-type.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { checkType } from './create-notification-type.js';

/** Others saving the same type at once that may pass us before we give up. */
const TRIES = 10;

/** Says a type anew, all of it. What is on its way keeps the route it has. */
@Injectable()
export class SaveNotificationType {
  readonly #types: NotificationTypes;
  readonly #channels: Channels;
  readonly #templates: TemplatingFacade;
  readonly #clock: Clock;

  constructor(
    @Inject(NotificationTypes) types: NotificationTypes,
    @Inject(Channels) channels: Channels,
    @Inject(TemplatingFacade) templates: TemplatingFacade,
    @Inject(Clock) clock: Clock,
  ) {
    this.#types = types;
    this.#channels = channels;
    this.#templates = templates;
    this.#clock = clock;
  }

  /**
   * From now on somebody has written it here: it loses its origin.
   * @throws Refusal `not_found` | `already_exists` if others keep saving it | `validation_failed` | `invalid_address` |
   * `header_injection`
   */
  async run(workspaceId: WorkspaceId, draft: TypeDraft): Promise<NotificationType> {
    let before = await this.#known(workspaceId, draft.type);
    const facts = await checkType(workspaceId, draft, this.#channels, this.#templates);
    for (let tries = 0; tries < TRIES; tries++) {
      const { createdAt, revision } = before;
      const updatedAt = this.#clock.now();
      const after = { ...facts, workspaceId, revision: revision + 1, createdAt, updatedAt };
      if ((await this.#types.save(before, after)) === 'saved') return after;
      before = await this.#known(workspaceId, draft.type);
    }
    throw new Refusal('already_exists', 'Others keep saving this notification type. Try again.');
  }

  async #known(workspaceId: WorkspaceId, name: string): Promise<NotificationType> {
    const type = await this.#types.find(workspaceId, name);
    if (!type) throw notFound('notification type');
    return type;
  }
}
