import { FirehoseClient } from '@aws-sdk/client-firehose';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { aSinkEvent, describeEventSinkContract } from '#ports/events/event-sink.contract.js';
import type { SinkEvent } from '#ports/events/event-sink.js';
import { type FakeFirehose, startFakeFirehose } from '#test/fakes/firehose/fake-firehose.js';
import { FirehoseEventSink } from './firehose-event-sink.js';

function clientOf(url: string): FirehoseClient {
  return new FirehoseClient({
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

const eventsOf = ({ stream }: FakeFirehose): SinkEvent[] =>
  stream
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SinkEvent);

describeEventSinkContract('FirehoseEventSink', async () => {
  const fake = await startFakeFirehose();
  const client = clientOf(fake.url);
  const tools = { client, stream: 'events', clock: new SystemClock(), log: new MemoryLog() };
  return {
    sink: new FirehoseEventSink({ ...tools, randomness: new CryptoRandomness() }),
    taken: () => Promise.resolve(eventsOf(fake)),
    close: () => {
      client.destroy();
      return fake.close();
    },
  };
});

describe('FirehoseEventSink', () => {
  let fake: FakeFirehose;
  let client: FirehoseClient;
  let clock: DrivenClock;
  let log: MemoryLog;
  beforeEach(async () => {
    fake = await startFakeFirehose();
    client = clientOf(fake.url);
    clock = new DrivenClock();
    log = new MemoryLog();
  });
  afterEach(async () => {
    client.destroy();
    await fake.close();
  });
  const sinkOf = (mostWaiting?: number): FirehoseEventSink =>
    new FirehoseEventSink(
      { client, stream: 'events', clock, log, randomness: { unit: () => 1 } },
      mostWaiting,
    );
  const ids = (): string[] => eventsOf(fake).map(({ id }) => id);
  /** Lets time pass until a flush is done: its waits are on the clock that only the test moves. */
  const flushed = async (sink: FirehoseEventSink): Promise<string> => {
    let how: string | undefined;
    void sink.flush().then((said) => (how = said));
    while (how === undefined) await clock.advance(100);
    return how;
  };

  it('asks again for those records that were put off, and for no other', async () => {
    fake.putOff(2);
    const sink = sinkOf();
    for (const id of ['e0', 'e1', 'e2', 'e3', 'e4']) sink.put(aSinkEvent(id));
    expect(await flushed(sink)).toBe('settled');
    expect(ids()).toEqual(['e1', 'e2', 'e4', 'e3', 'e0']);
    expect(fake.batches).toEqual([5, 2, 1]);
  });

  it('fills batches as far as Firehose takes them, in records and in bytes', async () => {
    const sink = sinkOf();
    for (let n = 0; n < 1_001; n++) sink.put(aSinkEvent(`e${n}`));
    expect(await flushed(sink)).toBe('settled');
    expect(fake.batches).toEqual([500, 500, 1]);
    for (let n = 0; n < 9; n++) sink.put(aSinkEvent(`large${n}`, { words: 'x'.repeat(900_000) }));
    expect(await flushed(sink)).toBe('settled');
    expect(fake.batches.slice(3)).toEqual([4, 4, 1]);
  });

  it('sends what has waited for a second, without being told to', async () => {
    const sink = sinkOf();
    sink.put(aSinkEvent('e1'));
    await clock.advance(999);
    expect(fake.asked).toEqual([]);
    await clock.advance(1);
    expect(await sink.flush()).toBe('settled');
    expect(ids()).toEqual(['e1']);
  });

  it('doubles what was taken without an answer, and loses nothing', async () => {
    fake.plan({ how: 'lost', times: 1 });
    const sink = sinkOf();
    sink.put(aSinkEvent('e1'));
    expect(await flushed(sink)).toBe('settled');
    expect(ids()).toEqual(['e1', 'e1']);
  });

  it('lets go who flushes when Firehose is away, keeps the newest, and goes on when it is back', async () => {
    fake.plan({ how: 'ServiceUnavailableException', times: 6 });
    const one = Buffer.byteLength(`${JSON.stringify(aSinkEvent('e1'))}\n`);
    const sink = sinkOf(3 * one);
    for (const id of ['e1', 'e2', 'e3', 'e4']) sink.put(aSinkEvent(id));
    expect(await flushed(sink)).toBe('away');
    expect(log.complaints).toContain('firehose.events_dropped');
    expect(await flushed(sink)).toBe('settled');
    expect(ids()).toEqual(['e2', 'e3', 'e4']);
    expect(clock.waiting).toBe(0);
  });

  it('drops what no record could hold, and says so', async () => {
    const sink = sinkOf();
    sink.put(aSinkEvent('huge', { words: 'x'.repeat(1_100_000) }));
    sink.put(aSinkEvent('e1'));
    expect(await flushed(sink)).toBe('settled');
    expect(ids()).toEqual(['e1']);
    expect(log.complaints).toEqual(['firehose.event_unfit']);
  });
});
