import type { PageView } from '../kit/page.view.js';

export class StartFaultView {
  /** JSON pointer into the campaign. */
  pointer!: string;
  code!: string;
  detail!: string;
}

export class StartRefusedView {
  /** ISO 8601, UTC. */
  at!: string;
  /** As of a problem: what was wrong, in a word for a program. */
  code!: string;
  detail!: string;
  errors!: StartFaultView[];
}

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
  /** `recipient`, or the IANA zone it was said in; null without one: `scheduleAt` is an instant, or there is none. */
  timezone!: string | null;
  /**
   * Its time came and it could not start, because its template is gone or asks for what the campaign does not say. It is a
   * draft again: schedule or start it anew once that is mended, which makes this null.
   */
  startRefused!: StartRefusedView | null;
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
