import { describe, expect, it } from '@jest/globals';
import { type Asked, closedLoad, OpenLoad } from './load.js';
import { AnswerReader, type WireConnection } from './wire-client.js';

const connections = (count: number): WireConnection[] =>
  Array.from({ length: count }, () => ({}) as WireConnection);

describe('a load by timetable', () => {
  it('counts from when a request was due, not from when it left', async () => {
    const heard: Asked[] = [];
    const answers: (() => void)[] = [];
    const ask = (): Promise<number> => new Promise((resolve) => answers.push(() => resolve(202)));
    const load = new OpenLoad(connections(1), 1_000_000, 3, ask, (asked) => heard.push(asked)).run();
    // One connection: whoever is due next waits until the one before has its answer.
    while (heard.length < 3) {
      answers.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await load;
    const [first, second, third] = heard as [Asked, Asked, Asked];
    expect(heard.map(({ n }) => n)).toEqual([0, 1, 2]);
    expect(second.dueAt - first.dueAt).toBeCloseTo(0.001, 6);
    expect(third.dueAt - second.dueAt).toBeCloseTo(0.001, 6);
    expect(second.sentAt).toBeGreaterThanOrEqual(first.answeredAt);
    expect(third.sentAt - third.dueAt).toBeGreaterThan(0);
  });

  it('goes on until it is told to stop, and then waits for what is under way', async () => {
    const heard: number[] = [];
    const load: OpenLoad = new OpenLoad(
      connections(2),
      1_000_000,
      Infinity,
      (_connection, n) => {
        if (n === 20) load.stop();
        return Promise.resolve(202);
      },
      ({ n }) => heard.push(n),
    );
    await load.run();
    expect(heard).toEqual(Array.from({ length: 21 }, (_, n) => n));
  });

  it('fails with a request that gets no answer', async () => {
    const ask = (): Promise<number> => Promise.reject(new Error('hung up'));
    await expect(new OpenLoad(connections(1), 1000, 5, ask, () => undefined).run()).rejects.toThrow(
      'hung up',
    );
  });
});

describe('a closed load', () => {
  it('asks as often as it was told to, on each connection one at a time', async () => {
    const underWay = new Map<WireConnection, number>();
    const heard: number[] = [];
    const ask = async (connection: WireConnection): Promise<number> => {
      expect(underWay.get(connection) ?? 0).toBe(0);
      underWay.set(connection, 1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay.set(connection, 0);
      return 202;
    };
    await closedLoad(connections(3), 10, ask, ({ n }) => heard.push(n));
    expect(underWay.size).toBe(3);
    expect(heard.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('the reader of answers', () => {
  const answers = Buffer.from(
    'HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\nContent-Length: 10\r\n\r\n{"a":"\r\n"}' +
      'HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n',
    'latin1',
  );

  it.each([1, 2, 7, 50, 1000])('finds them in chunks of %i bytes', (size) => {
    const reader = new AnswerReader();
    const statuses: number[] = [];
    for (let at = 0; at < answers.length; at += size)
      statuses.push(...reader.push(answers.subarray(at, at + size)));
    expect(statuses).toEqual([202, 429]);
  });

  it('does not guess how long an answer is', () => {
    const reader = new AnswerReader();
    expect(() => reader.push(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'))).toThrow(
      'an answer of unknown length',
    );
  });
});
