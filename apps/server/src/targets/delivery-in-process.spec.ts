import { describe, expect, it } from '@jest/globals';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { defaultLaneSettings } from '#domain/delivery/application/work-lane.js';
import { aDispatch, recipients, SECOND } from '#ports/delivery/testing/delivery-stores.js';
import { WorkerUnderTest } from '#test/support/delivery/a-worker.js';
import { ScriptedProvider } from '#test/support/delivery/scripted-provider.js';
import { DeliveryInProcess } from './delivery-in-process.js';

describe('The delivery worker of a process among others', () => {
  async function withWork() {
    const provider = new ScriptedProvider('ses').accept();
    const worker = new WorkerUnderTest([[provider]]);
    const dispatch = await aDispatch().openedIn(worker.stores);
    await worker.stores.ledger.accept(dispatch.id, recipients(3), worker.clock.now());
    const said: string[] = [];
    let place = (): void => {};
    const membership = {
      start: () => new Promise<void>((resolve) => (place = resolve)),
      stop: async () => void said.push(`left after ${provider.taken.length}`),
    };
    const delivery = new DeliveryInProcess(worker.tools, defaultLaneSettings, new MemoryLog(), membership);
    return { provider, worker, delivery, said, place: () => place() };
  }

  it('takes up work when it has its place, and gives that up when nothing is in hand any more', async () => {
    const { provider, worker, delivery, said, place } = await withWork();
    delivery.start();
    await worker.pass(5 * SECOND);
    expect(provider.taken).toEqual([]);
    place();
    await worker.pass(SECOND);
    expect(provider.taken).toHaveLength(3);
    await delivery.stop();
    expect(said).toEqual(['left after 3']);
  });

  it('stops though it never had a place, and takes up nothing', async () => {
    const { provider, delivery, said } = await withWork();
    delivery.start();
    await delivery.stop();
    expect([provider.taken, said]).toEqual([[], ['left after 0']]);
  });
});
