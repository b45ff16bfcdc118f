import type { TemplateView } from '#adapters/rest/templates/template.view.js';
import type { CampaignView } from '#adapters/rest/campaigns/campaign.view.js';
import { findOne } from '../api/find-one.js';
import type { Stats } from '../api/follow-campaign.js';
import type { CommandContext, ExitCode } from '../terminal/context.js';
import { count, counted, plain } from '../terminal/words.js';
import { withExamples } from '../example-data.js';
import type { TemplateData } from '../read-data.js';
import { Trouble } from '../trouble.js';
import { watchCampaign } from './watch.js';

export interface SendOptions {
  readonly template: string;
  readonly list: readonly string[];
  readonly from: string;
  readonly replyTo?: string;
  readonly subject?: string;
  readonly name?: string;
  readonly rate?: number;
  readonly at?: string;
  readonly timezone?: string;
  readonly data?: TemplateData;
  /** The template's own examples wherever `data` has nothing. */
  readonly examples?: boolean;
  readonly watch?: boolean;
}

/** Makes a campaign out of a template and lists, and starts or schedules it. */
export async function send(context: CommandContext, options: SendOptions): Promise<ExitCode> {
  const { client, terminal, json } = context;
  const campaign = await make(context, options);
  const started = options.at === undefined ? await start(context, campaign) : campaign;
  if (json && options.watch !== true) terminal.print(JSON.stringify(started));
  if (!json) {
    const { audience } = await client.get<Stats>(`/v1/campaigns/${campaign.id}/stats`);
    terminal.print(
      `${plain(started.name)} (${started.id}) ${stateOf(started)}, ${counted(audience, 'recipient')}.`,
    );
  }
  if (options.watch === true) return watchCampaign(context, started);
  if (!json) terminal.print(`Watch it: posthorn watch ${started.id}`);
  return 0;
}

async function make({ client, clock }: CommandContext, options: SendOptions): Promise<CampaignView> {
  const { from, replyTo, subject, rate, at, timezone } = options;
  const template = await findOne(client, 'template', options.template);
  const lists = await Promise.all(options.list.map((list) => findOne(client, 'list', list)));
  const data =
    options.examples === true
      ? withExamples(
          options.data ?? {},
          (await client.get<TemplateView>(`/v1/templates/${template.id}`)).variables,
        )
      : options.data;
  const day = new Date(clock.now()).toISOString().slice(0, 16).replace('T', ' ');
  return client.post<CampaignView>('/v1/campaigns', {
    name: options.name ?? `${template.name}, ${day}`,
    from,
    replyTo,
    subject,
    templateId: template.id,
    audience: { listIds: lists.map(({ id }) => id) },
    data,
    rate,
    scheduleAt: at,
    timezone,
  });
}

async function start({ client }: CommandContext, { id }: CampaignView): Promise<CampaignView> {
  try {
    return await client.post<CampaignView>(`/v1/campaigns/${id}/start`);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    throw new Trouble(`The campaign ${id} was made but not started.\n${error.message}`, error.hint);
  }
}

function stateOf({ status, scheduleAt, timezone, rate }: CampaignView): string {
  if (status === 'scheduled') {
    return `is scheduled for ${scheduleAt?.replace('.000Z', 'Z') ?? 'later'}${timezone === 'recipient' ? " in each recipient's time zone" : ''}`;
  }
  return `is ${status}${rate === null ? '' : `, at most ${count(rate)} a second`}`;
}
