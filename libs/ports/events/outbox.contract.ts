import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Outbox } from './outbox.js';

export interface OutboxUnderTest {
  readonly outbox: Outbox;
  /** Commits a change that tells of this event. */
  append(event: IntegrationEvent, at: number): Promise<void>;
  close(): Promise<void>;
}

const event = (dispatchId: string): IntegrationEvent => ({
  type: 'dispatch.completed',
  workspaceId: 'wsp_1',
  dispatchId,
});

export function describeOutboxContract(name: string, make: () => Promise<OutboxUnderTest>): void {
  describe(`Outbox: ${name}`, () => {
    let its: OutboxUnderTest;
    beforeEach(async () => {
      its = await make();
    });
    afterEach(() => its.close());

    const untoldDispatches = async (limit = 100): Promise<string[]> => {
      const stored = await its.outbox.untold(limit);
      return stored.map(({ event: one }) => (one.type === 'dispatch.completed' ? one.dispatchId : one.type));
    };

    it('holds what was committed, with its time, in the order of the commits', async () => {
      await its.append(event('dsp_1'), 1000);
      await its.append(event('dsp_2'), 500);
      const stored = await its.outbox.untold(10);
      expect(stored.map(({ at, event: one }) => ({ at, one }))).toEqual([
        { at: 1000, one: event('dsp_1') },
        { at: 500, one: event('dsp_2') },
      ]);
      expect(stored[0]?.seq).toBeLessThan(stored[1]?.seq ?? 0);
    });

    it('answers the oldest events when there are more than asked for', async () => {
      for (const id of ['dsp_1', 'dsp_2', 'dsp_3']) await its.append(event(id), 1);
      expect(await untoldDispatches(2)).toEqual(['dsp_1', 'dsp_2']);
    });

    it('keeps an event until it is told, and forgets it then', async () => {
      for (const id of ['dsp_1', 'dsp_2', 'dsp_3']) await its.append(event(id), 1);
      const [, second] = await its.outbox.untold(10);
      expect(await untoldDispatches()).toEqual(['dsp_1', 'dsp_2', 'dsp_3']);
      await its.outbox.told([second?.seq ?? -1]);
      expect(await untoldDispatches()).toEqual(['dsp_1', 'dsp_3']);
    });

    it('takes it calmly when an event is told twice or was never there', async () => {
      await its.append(event('dsp_1'), 1);
      const [first] = await its.outbox.untold(1);
      await its.outbox.told([first?.seq ?? -1, 999_999]);
      await its.outbox.told([first?.seq ?? -1]);
      await its.outbox.told([]);
      expect(await untoldDispatches()).toEqual([]);
    });

    it('never uses a sequence number again, even when the outbox was empty', async () => {
      await its.append(event('dsp_1'), 1);
      const [first] = await its.outbox.untold(1);
      await its.outbox.told([first?.seq ?? -1]);
      await its.append(event('dsp_2'), 1);
      const [second] = await its.outbox.untold(1);
      expect(second?.seq).toBeGreaterThan(first?.seq ?? 0);
    });

    it('wakes whoever listens after an append, until they stop listening', async () => {
      let woken = 0;
      const heard = new Promise<void>((resolve) => {
        const stop = its.outbox.onAppended(() => {
          woken += 1;
          stop();
          resolve();
        });
      });
      await its.append(event('dsp_1'), 1);
      await heard;
      await its.append(event('dsp_2'), 1);
      await its.outbox.untold(10);
      expect(woken).toBe(1);
    });
  });
}
