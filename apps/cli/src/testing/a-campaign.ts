import type { Stats } from '../api/follow-campaign.js';

/** The account of a campaign to ten people, of whom so many were sent to and the rest is pending. */
export function aCampaign(status: Stats['status'], accepted: number, change: Partial<Stats> = {}): Stats {
  return {
    status,
    candidates: 10,
    pending: 10 - accepted,
    submitting: 0,
    accepted,
    delivered: 0,
    bounced: 0,
    complained: 0,
    failed: 0,
    dead: 0,
    suppressed: 0,
    cancelled: 0,
    expired: 0,
    unknown: 0,
    opens: null,
    clicks: null,
    unsubscribes: 0,
    byProvider: {},
    rate: null,
    expanding: false,
    audience: 10,
    ...change,
  };
}
