import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import type { Leg } from '#domain/communication/model/notification.js';
import type { PlannedLeg, RouteReason } from '#domain/communication/model/route.js';

/** Gives each leg the version its template has now: what was accepted before an edit may go out by it, never by half of it. */
@Injectable()
export class FreezeTemplates {
  readonly #templating: TemplatingFacade;

  constructor(@Inject(TemplatingFacade) templating: TemplatingFacade) {
    this.#templating = templating;
  }

  /** A leg whose template was removed is left out, and said to be. */
  async run(
    workspaceId: WorkspaceId,
    planned: readonly PlannedLeg[],
  ): Promise<{ readonly legs: readonly Leg[]; readonly reasons: readonly RouteReason[] }> {
    const legs: Leg[] = [];
    const reasons: RouteReason[] = [];
    for (const leg of planned) {
      const template = await this.#templating.current(workspaceId, leg.templateId);
      if (template) legs.push({ ...leg, templateVersion: template.version, state: 'waiting' });
      else
        reasons.push({
          channel: leg.channel,
          code: 'no_template',
          words: `Its template for ${leg.channel} was removed.`,
        });
    }
    return { legs, reasons };
  }
}
