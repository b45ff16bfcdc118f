/** Failed messages counted in several ways. */
export class FailedMessagesStatsView {
  total!: number;
  byReason!: Record<string, number>;
  /** Those that no provider was ever asked for are not among them, or under `none`. */
  byProvider!: Record<string, number>;
  /** By the domain of the recipient's address. */
  byDomain!: Record<string, number>;
  /** By what ordered them: a campaign (`cmp_…`), a test mail (`tst_…`). */
  byCampaign!: Record<string, number>;
  /** By the UTC hour in which they died, `2026-01-31T13:00:00.000Z`. */
  byHour!: Record<string, number>;
}

export class RetriedView {
  /** How many went back on their lane. Messages of what was cancelled stay where they are. */
  retried!: number;
}
