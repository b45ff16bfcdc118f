import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { aSinkEvent } from '#ports/events/event-sink.contract.js';
import { type FakeFirehose, startFakeFirehose } from '#test/fakes/firehose/fake-firehose.js';
import { ConfigReader } from '../config/config-reader.js';
import { readAws } from '../config/aws-config.js';
import { openEventSink, type OpenedSink } from './open-event-sink.js';

describe('the stream for analysts', () => {
  let clock: DrivenClock;
  let firehose: FakeFirehose;
  beforeEach(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    clock = new DrivenClock();
    firehose = await startFakeFirehose();
  });
  afterEach(() => firehose.close());
  const opened = (env: Readonly<Record<string, string>>): Promise<OpenedSink> => {
    const tools = { clock, randomness: new SeededRandomness(1), log: new MemoryLog() };
    return openEventSink(readAws(new ConfigReader({ AWS_REGION: 'us-east-1', ...env }), true), tools);
  };
  const named = (): Promise<OpenedSink> =>
    opened({ POSTHORN_EVENT_STREAM: 'events', FIREHOSE_ENDPOINT: firehose.url });

  it('is not there where none is named, and nobody waits for it', async () => {
    const events = await opened({});
    expect([events.sink, events.providers]).toEqual([undefined, []]);
    await events.flush(3_000);
  });

  it('takes what was put before whoever stops goes on', async () => {
    const events = await named();
    events.sink?.put(aSinkEvent('e1'));
    await events.flush(3_000);
    expect(firehose.stream).toContain('"id":"e1"');
    expect(clock.waiting).toBe(0);
    events.close();
  });

  it('is waited for as long as was said and no longer when it is away', async () => {
    firehose.plan({ how: 'ServiceUnavailableException', times: 100 });
    const events = await named();
    events.sink?.put(aSinkEvent('e1'));
    const flushed = events.flush(1_500).then(() => clock.monotonic());
    let at: number | undefined;
    void flushed.then((when) => (at = when));
    while (at === undefined) await clock.advance(10);
    expect(at).toBeLessThanOrEqual(1_510);
    events.close();
  });
});
