/** A provider as `GET /v1/providers` shows it. Times are epoch milliseconds, `failureRate` 0..1 of recent calls. */
export interface ProviderStatus {
  readonly name: string;
  readonly channel: string;
  readonly state: 'closed' | 'open' | 'half-open' | 'parked';
  readonly since: number | null;
  readonly until: number | null;
  readonly reason: string | null;
  readonly sentLastMinute: number;
  readonly failureRate: number;
  readonly budget: {
    readonly perSecond: number | null;
    readonly burst: number | null;
    readonly unit: 'messages' | 'calls';
    readonly inFlight: number;
  };
}
