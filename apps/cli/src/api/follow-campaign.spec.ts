import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { aCampaign } from '../testing/a-campaign.js';
import { json, problem, refuses, ScriptedServer, streams } from '../testing/scripted-server.js';
import { ApiClient } from './api-client.js';
import { followCampaign, type Stats } from './follow-campaign.js';
import { serverSentEvents } from './server-sent-events.js';

describe('following a campaign', () => {
  let clock: DrivenClock;
  let server: ScriptedServer;
  let seen: number[];
  let troubles: (string | undefined)[];
  beforeEach(() => {
    clock = new DrivenClock();
    server = new ScriptedServer();
    seen = [];
    troubles = [];
  });
  const follow = (): Promise<Stats> =>
    followCampaign({
      client: new ApiClient({ url: 'http://posthorn.test', key: 'k', clock, fetch: server.fetch }),
      clock,
      id: 'cmp_1',
      onStats: ({ accepted }) => seen.push(accepted),
      onTrouble: (words) => troubles.push(words),
    });
  /** Time goes by until it has come to an end. */
  const ended = async <T>(promise: Promise<T>): Promise<T> => {
    let open = true;
    promise.then(
      () => (open = false),
      () => (open = false),
    );
    for (let seconds = 0; open && seconds < 600; seconds += 1) await clock.advance(1000);
    if (open) throw new Error('It never ends.');
    return promise;
  };

  it('tells every event, and ends with the last account', async () => {
    server.answers(
      streams([
        ['stats', aCampaign('running', 1)],
        ['stats', aCampaign('running', 7)],
        ['end', aCampaign('finished', 10)],
      ]),
    );
    expect(await ended(follow())).toMatchObject({ status: 'finished', accepted: 10 });
    expect(seen).toEqual([1, 7, 10]);
    expect(server.asked).toEqual(['events']);
    expect(clock.waiting).toBe(0);
  });

  it('connects again when the stream breaks, and says so in the meantime', async () => {
    server.answers(
      streams([['stats', aCampaign('running', 1)]]),
      refuses,
      streams([['end', aCampaign('finished', 10)]]),
    );
    await ended(follow());
    expect(seen).toEqual([1, 10]);
    expect(server.asked).toEqual(['events', 'events', 'events']);
    expect(troubles).toEqual(['Nothing answers at http://posthorn.test. Trying again…', undefined]);
  });

  it('asks every second where no stream can be had', async () => {
    server.answers(
      ...[refuses, refuses, refuses],
      json(aCampaign('running', 4)),
      json(aCampaign('running', 6)),
      json(aCampaign('finished', 10)),
    );
    await ended(follow());
    expect(server.asked).toEqual(['events', 'events', 'events', 'stats', 'stats', 'stats']);
    expect(seen).toEqual([4, 6, 10]);
  });

  it('asks every second where something on the way keeps the stream to itself', async () => {
    server.answers(
      streams([], { open: true }),
      json(aCampaign('running', 4)),
      json(aCampaign('cancelled', 10)),
    );
    await ended(follow());
    expect(server.asked).toEqual(['events', 'stats', 'stats']);
  });

  it('takes a stream that has been silent for too long for broken', async () => {
    server.answers(
      streams([['stats', aCampaign('running', 1)]], { open: true }),
      streams([['end', aCampaign('finished', 10)]]),
    );
    const following = follow();
    await clock.advance(39_000);
    expect(server.asked).toEqual(['events']);
    await ended(following);
    expect(seen).toEqual([1, 10]);
  });

  it('gives up after a minute without any answer', async () => {
    server.answers(refuses);
    const began = clock.monotonic();
    await expect(ended(follow())).rejects.toThrow('Nothing answers at http://posthorn.test.');
    expect(clock.monotonic() - began).toBeGreaterThan(60_000);
    expect(clock.monotonic() - began).toBeLessThan(75_000);
  });

  it('does not insist where there is no such campaign, or no right to see it', async () => {
    server.answers(problem(404, 'not_found', 'No such campaign.'));
    await expect(ended(follow())).rejects.toThrow('No such campaign. (not_found)');
    expect(server.asked).toEqual(['events']);
  });
});

describe('server-sent events', () => {
  const read = async (chunks: readonly string[]): Promise<object[]> => {
    const body = ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk))) as ReadableStream<Uint8Array>;
    const events: object[] = [];
    for await (const event of serverSentEvents(body)) events.push(event);
    return events;
  };

  it('are read whatever the line ends, comments, and places at which they are cut', async () => {
    const text = ': hello\nid: 1\nevent: stats\ndata: {"a":\ndata: 1}\n\ndata:plain\r\n\r\n';
    const expected = [
      { type: 'stats', data: '{"a":\n1}' },
      { type: 'message', data: 'plain' },
    ];
    expect(await read([text])).toEqual(expected);
    expect(await read([...text])).toEqual(expected);
  });

  it('that are cut off in the middle are not told', async () => {
    expect(await read(['event: stats\ndata: 1\n'])).toEqual([]);
  });
});
