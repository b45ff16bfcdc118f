import type { CampaignAccount } from '#domain/campaign/application/campaign-account.js';
import type { Campaign } from '#domain/campaign/model/campaign.js';
import type { CampaignStatsView, CampaignView } from './campaign.view.js';

export function campaignView(campaign: Campaign): CampaignView {
  const { id, status, name, from, templateId, listIds, data, schedule } = campaign;
  return {
    id,
    status,
    name,
    from,
    replyTo: campaign.replyTo ?? null,
    subject: campaign.subject ?? null,
    templateId,
    templateVersion: campaign.templateVersion ?? null,
    audience: { listIds: [...listIds] },
    data,
    rate: campaign.ratePerSecond ?? null,
    scheduleAt: schedule === undefined ? null : schedule.kind === 'at' ? iso(schedule.at) : schedule.wallTime,
    timezone: schedule?.kind === 'recipient' ? 'recipient' : (schedule?.timezone ?? null),
    startRefused: refusedView(campaign),
    createdAt: new Date(campaign.createdAt).toISOString(),
    startedAt: iso(campaign.startedAt),
    finishedAt: iso(campaign.finishedAt),
  };
}

function refusedView({ startRefused }: Campaign): CampaignView['startRefused'] {
  if (startRefused === undefined) return null;
  const { at, code, detail, faults } = startRefused;
  return { at: new Date(at).toISOString(), code, detail, errors: [...faults] };
}

export function statsView(campaign: Campaign, account: CampaignAccount, now: number): CampaignStatsView {
  const { startedAt, finishedAt } = campaign;
  const sent = account.accepted + account.delivered + account.bounced + account.complained;
  const seconds = startedAt === undefined ? 0 : ((finishedAt ?? now) - startedAt) / 1000;
  return {
    ...account,
    opens: null,
    clicks: null,
    rate: startedAt === undefined ? null : Math.round((sent / Math.max(seconds, 0.001)) * 10) / 10,
  };
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
