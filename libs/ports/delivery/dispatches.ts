import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import type { Dispatch, DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';

export interface OpenDispatch {
  readonly dispatch: Dispatch;
  readonly control: DispatchControl;
  readonly sealed: boolean;
}

/**
 * The dispatches and their counters.
 *
 * Guarantees: `open` with a known id changes nothing. `control` is obeyed by every {@link Ledger.openIntent} that
 * commits after it resolved; a decision with an older revision than the one in force is ignored, and nothing follows
 * `cancelled`. A cancellation is remembered though its dispatch was never opened: whoever opens it later finds it cancelled, and
 * nothing of it is sent. (On DynamoDB an item that has nothing but its `control`; the opening fills in the rest.) Any other
 * `control`, and `seal`, of a dispatch that was never opened change nothing: nobody can halt what is not there. Being halted does not count against `giveUpAt`: it moves on by as long as that lasted. Counters
 * change in the same transaction as the rows they count (on DynamoDB: sharded, in the same TransactWriteItems), so their sum
 * equals the number of rows at every commit. `stats` sees every change acknowledged before it was asked (on DynamoDB: read
 * consistently).
 * When a sealed dispatch has nothing pending or submitting any more, `dispatch.completed` is in the outbox.
 */
export interface Dispatches {
  open(dispatch: Dispatch): Promise<void>;
  find(id: DispatchId): Promise<OpenDispatch | undefined>;
  seal(id: DispatchId): Promise<void>;
  control(id: DispatchId, control: DispatchControl, revision: number): Promise<void>;
  stats(id: DispatchId): Promise<DispatchStats | undefined>;
}
export const Dispatches = Symbol('Dispatches');
