import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { handlerOf, type StreamEvent } from './relay.js';

describe('the function that a stream of the table rings', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let outbox: MemoryOutbox;
  let told: string[];
  let bad: Set<string>;
  let relay: RelayEvents;
  beforeEach(() => {
    clock = new DrivenClock();
    log = new MemoryLog();
    outbox = new MemoryOutbox();
    told = [];
    bad = new Set();
    relay = new RelayEvents(outbox, clock, new SeededRandomness(1), log);
    relay.on('dispatch.completed', 'test', async ({ dispatchId }) => {
      if (bad.has(dispatchId)) throw new Error('not now');
      told.push(dispatchId);
    });
  });
  const append = (dispatchId: string): void =>
    outbox.append({ type: 'dispatch.completed', workspaceId: 'wsp_1', dispatchId }, clock.now());
  const ring = async (...seqs: number[]): Promise<string> => {
    const Records = seqs.map((seq) => ({ dynamodb: { NewImage: { seq: { N: String(seq) } } } }));
    let how: string | undefined;
    const handler = handlerOf({ relay, outbox, clock, log });
    void new LambdaHost(clock, 60_000)
      .invoke(handler, { Records } satisfies StreamEvent)
      .then((one) => (how = one.how));
    while (how === undefined) await clock.advance(50);
    return how;
  };

  it('tells what it names and whatever else is there, each time it is rung', async () => {
    append('dsp_1');
    append('dsp_2');
    expect(await ring(1)).toBe('answered');
    append('dsp_3');
    expect(await ring(3)).toBe('answered');
    expect(told).toEqual(['dsp_1', 'dsp_2', 'dsp_3']);
    expect(await outbox.untold(10)).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it('does not hold up the stream for an event that nobody takes, and leaves it in the outbox', async () => {
    bad.add('dsp_1');
    append('dsp_1');
    append('dsp_2');
    expect(await ring(1, 2)).toBe('answered');
    expect(told).toEqual(['dsp_2']);
    expect((await outbox.untold(10)).map(({ seq }) => seq)).toEqual([1]);
    expect(log.complaints).toContain('relay.left_untold');
  });

  it('finds nothing to do when it is rung twice', async () => {
    append('dsp_1');
    await ring(1);
    expect(await ring(1)).toBe('answered');
    expect(told).toEqual(['dsp_1']);
  });
});
