import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import type { AtStart, Campaign } from '#domain/campaign/model/campaign.js';
import { faultsOfVariables } from '#domain/campaign/model/variables.js';
import { Audiences } from '#ports/campaign/audiences.js';

/** Finds out what a campaign that starts now would be held to. */
@Injectable()
export class FreezeCampaign {
  readonly #templates: TemplatingFacade;
  readonly #audiences: Audiences;

  constructor(
    @Inject(TemplatingFacade) templates: TemplatingFacade,
    @Inject(Audiences) audiences: Audiences,
  ) {
    this.#templates = templates;
    this.#audiences = audiences;
  }

  /**
   * @throws Refusal `not_found` if its template or a list of it is gone, `missing_variable` if the template has come to
   *   ask for what neither the campaign nor any recipient has: every message of it would fail
   */
  async atStart({ workspaceId, templateId, listIds, data }: Campaign): Promise<AtStart> {
    const template = await this.#templates.current(workspaceId, templateId);
    if (!template) throw new Refusal('not_found', 'The template of this campaign is gone.');
    const faults = faultsOfVariables(template.variables, data);
    if (faults.length > 0)
      throw new Refusal('missing_variable', 'The template asks for what the campaign does not say.', {
        faults,
      });
    const audienceAtStart = await this.#audiences.count(workspaceId, listIds);
    return { templateVersion: template.version, audienceAtStart };
  }
}
