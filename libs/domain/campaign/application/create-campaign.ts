import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { formatMailbox, mailbox } from '#domain/kernel/email-address.js';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import type { Campaign, CampaignId, ListId } from '#domain/campaign/model/campaign.js';
import { ONE_LINE } from '#domain/campaign/model/one-line.js';
import { faultsOfVariables } from '#domain/campaign/model/variables.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { Lists } from '#ports/campaign/lists.js';
import { Clock } from '#ports/system/clock.js';

export interface CampaignDraft {
  readonly name: string;
  readonly from: string;
  readonly replyTo?: string | undefined;
  readonly subject?: string | undefined;
  readonly templateId: string;
  readonly listIds: readonly string[];
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly ratePerSecond?: number | undefined;
}

/** `{{#each}}`-able data of a whole campaign, as JSON. */
const DATA_LIMIT = 65_536;

@Injectable()
export class CreateCampaign {
  readonly #campaigns: Campaigns;
  readonly #lists: Lists;
  readonly #templates: TemplatingFacade;
  readonly #clock: Clock;

  constructor(
    @Inject(Campaigns) campaigns: Campaigns,
    @Inject(Lists) lists: Lists,
    @Inject(TemplatingFacade) templates: TemplatingFacade,
    @Inject(Clock) clock: Clock,
  ) {
    this.#campaigns = campaigns;
    this.#lists = lists;
    this.#templates = templates;
    this.#clock = clock;
  }

  /**
   * A draft. `id` comes from the request: made twice, it is there once.
   * @throws Refusal `validation_failed` naming a template or list that is not there, data that is too large, or a variable
   *   that the template requires and nobody's mail would have;
   *   `invalid_address` | `header_injection` of `from`, `replyTo`, `name` or `subject`; `template_*` of a subject
   */
  async execute(workspaceId: WorkspaceId, id: CampaignId, draft: CampaignDraft): Promise<Campaign> {
    const { name, subject, templateId, data = {}, ratePerSecond } = draft;
    refuseSeveralLines(name, '/name');
    const from = formatMailbox(mailbox(draft.from, '/from'));
    const replyTo =
      draft.replyTo === undefined ? undefined : formatMailbox(mailbox(draft.replyTo, '/replyTo'));
    if (subject !== undefined) await this.#templates.checkSubject(subject);
    const listIds = [...new Set(draft.listIds)] as ListId[];
    const faults = await this.#missing(workspaceId, listIds, draft);
    if (JSON.stringify(data).length > DATA_LIMIT)
      faults.push(fault('/data', 'too_large', `data takes at most ${DATA_LIMIT} characters of JSON.`));
    if (faults.length > 0)
      throw new Refusal('validation_failed', 'The campaign cannot be made like this.', { faults });
    const campaign: Campaign = {
      id,
      workspaceId,
      name,
      from,
      ...(replyTo !== undefined && { replyTo }),
      ...(subject !== undefined && { subject }),
      templateId,
      listIds,
      data,
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      status: 'draft',
      revision: 0,
      createdAt: this.#clock.now(),
    };
    await this.#campaigns.insert(campaign);
    return (await this.#campaigns.find(workspaceId, id)) ?? campaign;
  }

  async #missing(
    workspaceId: WorkspaceId,
    listIds: readonly ListId[],
    { templateId, subject, data = {} }: CampaignDraft,
  ): Promise<FieldFault[]> {
    const faults: FieldFault[] = [];
    const template = await this.#templates.current(workspaceId, templateId);
    if (!template) faults.push(fault('/templateId', 'not_found', 'No such template.'));
    else if (template.channel !== 'email')
      faults.push(fault('/templateId', 'wrong_channel', 'A campaign needs a template for e-mail.'));
    else if (!template.hasSubject && subject === undefined)
      faults.push(fault('/subject', 'required', 'The template has no subject, so the campaign needs one.'));
    faults.push(...faultsOfVariables(template?.variables ?? [], data));
    for (const [i, listId] of listIds.entries()) {
      if (!(await this.#lists.find(workspaceId, listId)))
        faults.push(fault(`/audience/listIds/${i}`, 'not_found', 'No such list.'));
    }
    return faults;
  }
}

function fault(pointer: string, code: string, detail: string): FieldFault {
  return { pointer, code, detail };
}

function refuseSeveralLines(text: string, pointer: string): void {
  if (ONE_LINE.test(text)) return;
  const detail = 'No line breaks or control characters here.';
  throw new Refusal('header_injection', detail, { faults: [fault(pointer, 'header_injection', detail)] });
}
