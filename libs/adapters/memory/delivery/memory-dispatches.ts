import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import type { Dispatch, DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Dispatches, OpenDispatch } from '#ports/delivery/dispatches.js';
import type { MemoryDeliveryBackbone } from './memory-delivery-backbone.js';

export class MemoryDispatches implements Dispatches {
  readonly #backbone: MemoryDeliveryBackbone;

  constructor(backbone: MemoryDeliveryBackbone) {
    this.#backbone = backbone;
  }

  async open(dispatch: Dispatch): Promise<void> {
    this.#backbone.open(dispatch);
  }

  async find(id: DispatchId): Promise<OpenDispatch | undefined> {
    const state = this.#backbone.dispatches.get(id);
    return state && { dispatch: state.dispatch, control: state.control, sealed: state.sealed };
  }

  async seal(id: DispatchId): Promise<void> {
    const state = this.#backbone.dispatches.get(id);
    if (!state) return;
    state.sealed = true;
    this.#backbone.completeIfDone(state, this.#backbone.clock.now());
  }

  async control(id: DispatchId, control: DispatchControl, revision: number): Promise<void> {
    const state = this.#backbone.dispatches.get(id);
    if (!state && control === 'cancelled') this.#backbone.cancelledUnopened.set(id, revision);
    if (!state || state.control === 'cancelled' || revision < state.revision) return;
    const now = this.#backbone.clock.now();
    if (control === 'open' && state.haltedAt !== undefined)
      this.#backbone.giveMoreTime(state, now - state.haltedAt);
    state.haltedAt = control === 'halted' ? (state.haltedAt ?? now) : undefined;
    state.control = control;
    state.revision = revision;
    if (control !== 'halted') this.#backbone.wake();
  }

  async stats(id: DispatchId): Promise<DispatchStats | undefined> {
    const state = this.#backbone.dispatches.get(id);
    if (!state) return undefined;
    const { rows, counts, acceptedBy, control, sealed } = state;
    return {
      candidates: rows.length,
      counts: { ...counts },
      byProvider: Object.fromEntries(acceptedBy),
      control,
      sealed,
    };
  }
}
