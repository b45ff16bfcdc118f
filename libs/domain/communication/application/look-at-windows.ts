import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import { type NotificationType, templateFor } from '#domain/communication/model/notification-type.js';
import { Channels } from '#ports/delivery/channels.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Clock } from '#ports/system/clock.js';
import type { FoundRecipient } from './find-recipient.js';

/** Whether people have written to us lately enough to be written to freely, on the channels where that matters. */
@Injectable()
export class LookAtWindows {
  readonly #profiles: Profiles;
  readonly #channels: Channels;
  readonly #templating: TemplatingFacade;
  readonly #clock: Clock;

  constructor(
    @Inject(Profiles) profiles: Profiles,
    @Inject(Channels) channels: Channels,
    @Inject(TemplatingFacade) templating: TemplatingFacade,
    @Inject(Clock) clock: Clock,
  ) {
    this.#profiles = profiles;
    this.#channels = channels;
    this.#templating = templating;
    this.#clock = clock;
  }

  /** The channels by which the type's own template may go within the window only; no others. */
  async of(
    workspaceId: WorkspaceId,
    type: NotificationType,
    { addresses, locale }: Pick<FoundRecipient, 'addresses' | 'locale'>,
  ): Promise<ReadonlyMap<string, 'open' | 'closed'>> {
    const windows = new Map<string, 'open' | 'closed'>();
    for (const name of type.channels) {
      const window = this.#channels.find(name)?.window;
      const reached = addresses[name] ?? [];
      const templateId = templateFor(type.templates[name] ?? {}, locale);
      if (!window || reached.length === 0 || templateId === undefined) continue;
      const template = await this.#templating.current(workspaceId, templateId);
      if (!template || !window.needed(template.text ?? '')) continue;
      windows.set(name, (await this.areOpen(name, reached)) ? 'open' : 'closed');
    }
    return windows;
  }

  /** Those of all addresses: one that is closed would be refused. */
  async areOpen(channel: string, addresses: readonly string[]): Promise<boolean> {
    const window = this.#channels.find(channel)?.window;
    if (!window) return true;
    const now = this.#clock.now();
    for (const address of addresses) {
      const last = await this.#profiles.lastInbound(channel, address);
      if (last === undefined || now >= last + window.openMs) return false;
    }
    return true;
  }
}
