import { Inject, Injectable } from '@nestjs/common';
import type { Leg, NotificationOrder } from '#domain/communication/model/notification.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import type { Progress } from '#domain/communication/model/progress.js';
import { planRoute } from '#domain/communication/model/route.js';
import { Channels } from '#ports/delivery/channels.js';
import type { FoundRecipient } from './find-recipient.js';
import { FreezeTemplates } from './freeze-templates.js';
import { LookAtWindows } from './look-at-windows.js';

/** The route of a notification that is due, with everything it takes looked up and frozen. */
@Injectable()
export class PlanLegs {
  readonly #channels: Channels;
  readonly #windows: LookAtWindows;
  readonly #templates: FreezeTemplates;

  constructor(@Inject(Channels) channels: Channels, windows: LookAtWindows, templates: FreezeTemplates) {
    this.#channels = channels;
    this.#windows = windows;
    this.#templates = templates;
  }

  async run(
    { workspaceId, channels }: NotificationOrder,
    type: NotificationType,
    recipient: FoundRecipient,
  ): Promise<Progress> {
    const { preferences, addresses, locale } = recipient;
    const { legs, reasons } = planRoute({
      type,
      preferences,
      addresses,
      locale,
      available: new Set(this.#channels.all().map(({ name }) => name)),
      windows: await this.#windows.of(workspaceId, type, recipient),
      ...(channels !== undefined && { channels }),
    });
    const frozen = await this.#templates.run(workspaceId, legs);
    return {
      what: 'routed',
      legs: frozen.legs,
      reasons: [...reasons, ...frozen.reasons],
      rule: type.fallback,
    };
  }

  /** A leg that waited for the one before it may find the window closed that was open when the route was made. */
  async mayStart({ channel, addresses, needsWindow }: Leg): Promise<boolean> {
    return needsWindow !== true || this.#windows.areOpen(channel, addresses);
  }
}
