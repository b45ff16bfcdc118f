import type { Person } from '../workload/people.js';

/** What a job holds: one recipient, or a hundred of them. */
export type MailJob = { readonly n: number; readonly people: readonly Person[] };

export const QUEUE = 'campaign';

export interface BullmqOrders {
  readonly redisPort: number;
  readonly count: number;
  /** Recipients in one job. */
  readonly perJob: number;
}

export interface BullmqWorkerOrders extends BullmqOrders {
  readonly url: string;
  readonly apiKey: string;
  /** Messages in one provider call. */
  readonly batch: number;
  /** Provider calls at once. */
  readonly inFlight: number;
}
