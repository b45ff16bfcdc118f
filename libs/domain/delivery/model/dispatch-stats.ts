import type { DeliveryCounts } from './delivery.js';
import type { DispatchControl } from './dispatch.js';

/** The account of one dispatch: `candidates` is the sum of `counts`, at every commit. */
export interface DispatchStats {
  readonly candidates: number;
  readonly counts: DeliveryCounts;
  /** Accepted (and what came of it), per provider. */
  readonly byProvider: Readonly<Record<string, number>>;
  readonly control: DispatchControl;
  readonly sealed: boolean;
}
