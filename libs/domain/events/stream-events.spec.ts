import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEventSink } from '#adapters/memory/events/memory-event-sink.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { RelayEvents } from './relay-events.js';
import { streamEvents } from './stream-events.js';

describe('events on their way to analysts', () => {
  let clock: DrivenClock;
  let outbox: MemoryOutbox;
  let sink: MemoryEventSink;
  let relay: RelayEvents;
  beforeEach(() => {
    clock = new DrivenClock(1_000_000);
    outbox = new MemoryOutbox();
    sink = new MemoryEventSink();
    relay = new RelayEvents(outbox, clock, new SeededRandomness(), new MemoryLog());
    streamEvents(relay, sink);
  });

  it('are put with when they happened, and without any address', async () => {
    outbox.append(
      {
        ...{ type: 'delivery.reported', workspaceId: 'wsp_1', dispatchId: 'dsp_1', ordinal: 3, at: 999_000 },
        ...{
          kind: 'bounced',
          permanent: true,
          address: 'ada@example.com',
          reason: 'ada@example.com is full',
        },
      },
      clock.now(),
    );
    relay.start();
    await clock.advance(0);
    expect(sink.taken).toEqual([
      {
        ...{ id: '1', at: 999_000, type: 'delivery.reported', workspaceId: 'wsp_1' },
        fields: { dispatchId: 'dsp_1', ordinal: 3, kind: 'bounced', permanent: true },
      },
    ]);
    await relay.stop();
  });

  it('have one id, though one of them is told again', async () => {
    let fails = true;
    relay.on('dispatch.completed', 'moody', async () => {
      if (fails) throw new Error('not now');
    });
    outbox.append({ type: 'dispatch.completed', workspaceId: 'wsp_1', dispatchId: 'dsp_1' }, clock.now());
    relay.start();
    await clock.advance(0);
    await relay.stop();
    fails = false;
    const next = new RelayEvents(outbox, clock, new SeededRandomness(), new MemoryLog());
    streamEvents(next, sink);
    next.start();
    await clock.advance(0);
    expect(sink.taken.map(({ id, at }) => [id, at])).toEqual([
      ['1', 1_000_000],
      ['1', 1_000_000],
    ]);
    await next.stop();
  });
});
