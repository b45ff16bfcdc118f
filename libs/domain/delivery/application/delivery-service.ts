import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import type { Recipient } from '#domain/delivery/model/delivery.js';
import type { DispatchControl, DispatchId, DispatchOrder } from '#domain/delivery/model/dispatch.js';
import type { SuppressionId } from '#domain/delivery/model/suppression.js';
import type { Dispatches } from '#ports/delivery/dispatches.js';
import { type Ledger, WHOLE_AT_MOST } from '#ports/delivery/ledger.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';
import type { Suppressions } from '#ports/delivery/suppressions.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';

/** Recipients of one call to `accept`. */
const PAGE = 1000;

/** The delivery backbone as the other contexts use it. */
export class DeliveryService implements DeliveryFacade {
  readonly #dispatches: Dispatches;
  readonly #ledger: Ledger;
  readonly #suppressions: Suppressions;
  readonly #links: RecipientLinks;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(
    dispatches: Dispatches,
    ledger: Ledger,
    suppressions: Suppressions,
    links: RecipientLinks,
    clock: Clock,
    ids: Ids,
  ) {
    this.#dispatches = dispatches;
    this.#ledger = ledger;
    this.#suppressions = suppressions;
    this.#links = links;
    this.#clock = clock;
    this.#ids = ids;
  }

  open(order: DispatchOrder): Promise<void> {
    return this.#dispatches.open({ ...order, linkBase: this.#links.base });
  }

  accept(dispatchId: DispatchId, recipients: readonly Recipient[]): Promise<{ readonly added: number }> {
    return this.#ledger.accept(dispatchId, recipients, this.#clock.now());
  }

  async openWhole(order: DispatchOrder, recipients: readonly Recipient[]): Promise<void> {
    if (recipients.length <= WHOLE_AT_MOST) {
      const dispatch = { ...order, linkBase: this.#links.base };
      await this.#ledger.openWhole(dispatch, recipients, this.#clock.now());
      return;
    }
    await this.open(order);
    for (let at = 0; at < recipients.length; at += PAGE)
      await this.accept(order.id, recipients.slice(at, at + PAGE));
    await this.seal(order.id);
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
