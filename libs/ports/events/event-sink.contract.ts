import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventSink, SinkEvent } from './event-sink.js';

export interface EventSinkUnderTest {
  readonly sink: EventSink;
  /** What has reached the other side. */
  taken(): Promise<readonly SinkEvent[]>;
  close(): Promise<void>;
}

export function aSinkEvent(id: string, fields: SinkEvent['fields'] = {}): SinkEvent {
  return { id, at: 1_790_000_000_000, type: 'delivery.sent', workspaceId: 'wsp_1', fields };
}

/** @param many of a service that takes few at once fewer, so that nobody waits for an emulator */
export function describeEventSinkContract(
  name: string,
  make: () => Promise<EventSinkUnderTest>,
  many = 2_501,
): void {
  describe(`EventSink: ${name}`, () => {
    let its: EventSinkUnderTest;
    beforeEach(async () => {
      its = await make();
    });
    afterEach(() => its.close());

    it('takes what is put, as it is, and says when it has', async () => {
      const event = aSinkEvent('e1', {
        channel: 'email',
        attempt: 2,
        first: true,
        reason: null,
        words: 'Åsa\n"',
      });
      expect(its.sink.put(event)).toBeUndefined();
      expect(await its.sink.flush()).toBe('settled');
      expect(await its.taken()).toEqual([event]);
    });

    it('takes many, none of them missing', async () => {
      const ids = [...Array(many).keys()].map((n) => `e${n}`);
      for (const id of ids) its.sink.put(aSinkEvent(id));
      expect(await its.sink.flush()).toBe('settled');
      const taken = (await its.taken()).map(({ id }) => id);
      expect([...new Set(taken)].toSorted()).toEqual(ids.toSorted());
    });

    it('waits for those who put while it was flushing when it is asked after them', async () => {
      its.sink.put(aSinkEvent('e1'));
      const first = its.sink.flush();
      its.sink.put(aSinkEvent('e2'));
      await Promise.all([first, its.sink.flush()]);
      expect((await its.taken()).map(({ id }) => id).toSorted()).toEqual(['e1', 'e2']);
    });

    it('does not mind what cannot be taken, and takes what comes beside it', async () => {
      const endless: Record<string, unknown> = {};
      endless['self'] = endless;
      its.sink.put(aSinkEvent('broken', endless as SinkEvent['fields']));
      its.sink.put(aSinkEvent('e1'));
      expect(await its.sink.flush()).toBe('settled');
      expect((await its.taken()).map(({ id }) => id)).toContain('e1');
    });

    it('has nothing to do with nothing put', async () => {
      expect(await its.sink.flush()).toBe('settled');
      expect(await its.taken()).toEqual([]);
    });
  });
}
