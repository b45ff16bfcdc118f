import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEventSink } from '#adapters/memory/events/memory-event-sink.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import { EventSinks } from './event-sinks.js';
import { RelayEvents } from './relay-events.js';
import { TellSinks } from './tell-sinks.js';

const bounced: IntegrationEvent = {
  type: 'delivery.reported',
  workspaceId: 'wsp_1',
  dispatchId: 'dsp_1',
  ordinal: 7,
  address: 'ada@example.com',
  kind: 'bounced',
  at: 1_790_000_000_000,
  permanent: true,
};

describe('Telling those outside', () => {
  let clock: DrivenClock;
  let outbox: MemoryOutbox;
  let relay: RelayEvents;
  let sinks: readonly MemoryEventSink[];
  beforeEach(() => {
    clock = new DrivenClock();
    outbox = new MemoryOutbox();
    relay = new RelayEvents(outbox, clock, new SeededRandomness(), new MemoryLog());
    sinks = [new MemoryEventSink(), new MemoryEventSink()];
    new TellSinks(relay, new EventSinks(sinks)).onModuleInit();
  });

  it('puts each event into each sink, and nobody’s address', async () => {
    outbox.append(bounced, clock.now());
    outbox.append({ type: 'dispatch.completed', workspaceId: 'wsp_1', dispatchId: 'dsp_1' }, clock.now());
    relay.start();
    await clock.advance(0);
    for (const { taken } of sinks) {
      expect(taken).toMatchObject([
        {
          ...{ type: 'delivery.reported', workspaceId: 'wsp_1', at: clock.now() },
          fields: { dispatchId: 'dsp_1', ordinal: 7, kind: 'bounced', permanent: true },
        },
        { type: 'dispatch.completed', fields: { dispatchId: 'dsp_1' } },
      ]);
      expect(JSON.stringify(taken)).not.toContain('ada@example.com');
      expect(new Set(taken.map(({ id }) => id)).size).toBe(2);
    }
    expect(await outbox.untold(10)).toEqual([]);
  });

  it('gives what is told again the id that it had', async () => {
    let failures = 1;
    relay.on('delivery.reported', 'moody', () =>
      failures-- > 0 ? Promise.reject(new Error('not now')) : Promise.resolve(),
    );
    outbox.append(bounced, clock.now());
    relay.start();
    await clock.advance(0);
    // As after a death between telling and crossing off.
    const again = new RelayEvents(outbox, clock, new SeededRandomness(), new MemoryLog());
    new TellSinks(again, new EventSinks(sinks)).onModuleInit();
    await relay.stop();
    again.start();
    await clock.advance(0);
    const ids = sinks[0]?.taken.map(({ id }) => id) ?? [];
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('says that one of them is away, and settles when all have', async () => {
    const away = { put: () => {}, flush: () => Promise.resolve('away' as const) };
    expect(await new EventSinks([...sinks, away]).flush()).toBe('away');
    expect(await new EventSinks(sinks).flush()).toBe('settled');
    expect(await new EventSinks([]).flush()).toBe('settled');
  });
});
