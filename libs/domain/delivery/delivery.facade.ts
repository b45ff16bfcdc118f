import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Recipient } from './model/delivery.js';
import type { DispatchStats } from './model/dispatch-stats.js';
import type { DispatchControl, DispatchId, DispatchOrder } from './model/dispatch.js';

/** What the rest of Posthorn may ask of the delivery backbone. */
export interface DeliveryFacade {
  /** Registers a dispatch. Doing it again with the same id changes nothing. */
  open(order: DispatchOrder): Promise<void>;

  /**
   * Adds recipients (at most 1,000 a call). After it resolves every one of them has a row in the ledger and work on
   * the lane; an address the dispatch has already is left as it is, so a page may be accepted again after a crash.
   */
  accept(dispatchId: DispatchId, recipients: readonly Recipient[]): Promise<{ readonly added: number }>;

  /**
   * Opens a dispatch with its few recipients and seals it, all in one step: for what somebody waits for. Doing it again
   * changes nothing, and one that was cancelled, be it before it was opened, sends nothing. One with too many recipients for
   * one step is opened in several.
   */
  openWhole(order: DispatchOrder, recipients: readonly Recipient[]): Promise<void>;

  /** Says that no more recipients will come. A sealed dispatch with nothing pending is complete. */
  seal(dispatchId: DispatchId): Promise<void>;

  /**
   * Halts, reopens or cancels. After it resolves with `halted` or `cancelled` no send starts. `revision` rises with
   * every decision of the caller: an older one arriving late is ignored. A dispatch may be cancelled before it is opened.
   */
  control(dispatchId: DispatchId, control: DispatchControl, revision: number): Promise<void>;

  /** Sees every change that was acknowledged before it was asked. */
  stats(dispatchId: DispatchId): Promise<DispatchStats | undefined>;

  /** After it resolves no marketing send to the address starts in that workspace. Repeating changes nothing. */
  suppressForMarketing(workspaceId: WorkspaceId, address: string, at: Instant): Promise<void>;
}
export const DeliveryFacade = Symbol('DeliveryFacade');
