import type { DispatchStats } from '#domain/delivery/model/dispatch-stats.js';
import type { Dispatch, DispatchControl, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Dispatches, OpenDispatch } from '#ports/delivery/dispatches.js';
import type { Clock } from '#ports/system/clock.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { dispatchesStore } from './dispatches-store.js';

export class SqliteDispatches implements Dispatches {
  readonly #calls;
  readonly #clock: Clock;

  constructor(storage: SqliteStorage, clock: Clock) {
    this.#calls = storage.calls(dispatchesStore);
    this.#clock = clock;
  }

  async open(dispatch: Dispatch): Promise<void> {
    await this.#calls.write('open', dispatch, { urgent: dispatch.lane === 'critical' });
  }

  find(id: DispatchId): Promise<OpenDispatch | undefined> {
    return this.#calls.read('find', { id });
  }

  async seal(id: DispatchId): Promise<void> {
    await this.#calls.write('seal', { id, now: this.#clock.now() });
  }

  async control(id: DispatchId, control: DispatchControl, revision: number): Promise<void> {
    await this.#calls.write('control', { id, control, revision, now: this.#clock.now() }, { urgent: true });
  }

  stats(id: DispatchId): Promise<DispatchStats | undefined> {
    return this.#calls.read('stats', { id });
  }
}
