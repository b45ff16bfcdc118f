import type { PageView } from '../kit/page.view.js';

export class CampaignView {
  /** `cmp_…` */
  id!: string;
  status!: 'draft' | 'scheduled' | 'running' | 'paused' | 'cancelled' | 'finished';
  name!: string;
  from!: string;
  replyTo!: string | null;
  subject!: string | null;
  templateId!: string;
  /** The version being sent, frozen at the start. */
  templateVersion!: number | null;
  audience!: { listIds: string[] };
  data!: Record<string, unknown>;
  /** Messages a second. */
  rate!: number | null;
  /** When it starts: an instant, or a local time in each recipient's zone. */
  scheduleAt!: string | null;
  timezone!: 'recipient' | null;
  /** ISO 8601, UTC. */
  createdAt!: string;
  startedAt!: string | null;
  finishedAt!: string | null;
}

export class CampaignListView {
  data!: CampaignView[];
  page!: PageView;
}

/** The account: candidates = the sum of pending to unknown, at every moment. */
export class CampaignStatsView {
  status!: 'draft' | 'scheduled' | 'running' | 'paused' | 'cancelled' | 'finished';
  candidates!: number;
  pending!: number;
  /** In a provider call right now. */
  submitting!: number;
  accepted!: number;
  delivered!: number;
  bounced!: number;
  complained!: number;
  failed!: number;
  dead!: number;
  suppressed!: number;
  cancelled!: number;
  expired!: number;
  /** Perhaps sent: the provider's answer was lost. */
  unknown!: number;
  /** Not tracked yet. */
  opens!: number | null;
  /** Not tracked yet. */
  clicks!: number | null;
  unsubscribes!: number;
  /** Messages accepted, per provider. */
  byProvider!: Record<string, number>;
  /** Messages a second on average since the start; null before it. */
  rate!: number | null;
  /** More recipients are still being added to `candidates`. */
  expanding!: boolean;
  /** Members of the lists: where `candidates` is heading. */
  audience!: number;
}

export class RetriedView {
  /** Failed messages put back on their lane. */
  retried!: number;
}
