/** How fast a provider may be used. */
export class ProviderBudgetView {
  /** Null where nothing but its own answers bounds it. */
  perSecond!: number | null;
  /** How many at once after a rest. */
  burst!: number | null;
  /** What is counted: the provider's limit is on messages, or on calls. */
  unit!: 'messages' | 'calls';
  /** Calls under way. */
  inFlight!: number;
}

/** A provider as the workers see it this moment. */
export class ProviderView {
  /** `ses`, `resend`, … */
  name!: string;
  channel!: string;
  /** Of its breaker: `closed` (in use), `open` (passed over), `half-open` (being probed), or `parked` (quota used up). */
  state!: 'closed' | 'open' | 'half-open' | 'parked';
  /** Since when. ISO 8601, UTC; null if nothing ever happened. */
  since!: string | null;
  /** When it will be tried again. */
  until!: string | null;
  /** Why it is not in use, in the provider's words. */
  reason!: string | null;
  /** Messages that it accepted in the last minute. */
  sentLastMinute!: number;
  /** Of its recent calls, 0..1. */
  failureRate!: number;
  budget!: ProviderBudgetView;
}
