import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { SuppressionId } from '#domain/delivery/model/suppression.js';
import type { Dispatches } from '#ports/delivery/dispatches.js';
import type { Ledger } from '#ports/delivery/ledger.js';
import type { Suppressions } from '#ports/delivery/suppressions.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';

/** The delivery backbone as the other contexts use it. */
export class DeliveryService implements DeliveryFacade {
  readonly #dispatches: Dispatches;
  readonly #ledger: Ledger;
  readonly #suppressions: Suppressions;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(dispatches: Dispatches, ledger: Ledger, suppressions: Suppressions, clock: Clock, ids: Ids) {
    this.#dispatches = dispatches;
    this.#ledger = ledger;
    this.#suppressions = suppressions;
    this.#clock = clock;
    this.#ids = ids;
  }

  open(dispatch: Dispatch): Promise<void> {
    return this.#dispatches.open(dispatch);
  }

  accept(dispatchId: DispatchId, recipients: readonly Recipient[]): Promise<{ readonly added: number }> {
    return this.#ledger.accept(dispatchId, recipients, this.#clock.now());
  }

  seal(dispatchId: DispatchId): Promise<void> {
    return this.#dispatches.seal(dispatchId);
  }

  control(dispatchId: DispatchId, control: DispatchControl, revision: number): Promise<void> {
    return this.#dispatches.control(dispatchId, control, revision);
  }

  stats(dispatchId: DispatchId): Promise<DispatchStats | undefined> {
    return this.#dispatches.stats(dispatchId);
  }

  async suppressForMarketing(workspaceId: WorkspaceId, address: string, at: Instant): Promise<void> {
    const id = this.#ids.next('sup') as SuppressionId;
    await this.#suppressions.add({ id, workspaceId, address, scope: 'marketing', reason: 'unsubscribe', at });
  }
}
