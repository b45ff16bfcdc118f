import { describe, expect, it } from '@jest/globals';
import { Arrivals } from './arrivals.js';

describe('arrivals', () => {
  const body = Buffer.from(
    `[{"to":["~lane.1@example.com"],"text":"for ~lane.1, costs ~5 or ~lan"},{"to":["bulk@example.com"]},` +
      `{"to":["~lane.22@example.com"]},{"to":["~lane.333@example.com"]}]`,
  );
  const noting = (): { arrivals: Arrivals; wait: (ms: number) => void } => {
    let now = 1000;
    const clock = { now: () => now, wait: () => Promise.resolve() };
    return { arrivals: new Arrivals('~lane.', clock), wait: (ms) => (now += ms) };
  };
  const names = ({ all }: Arrivals): string[] => all.map(({ name }) => name);

  it.each([1, 2, 3, 4, 5, 6, 7, 11, 63, 64, 65, 1000])(
    'are noted once a body, in chunks of %i bytes as in one',
    (size) => {
      const { arrivals } = noting();
      const read = arrivals.reader();
      for (let at = 0; at < body.length; at += size) read(body.subarray(at, at + size));
      expect(names(arrivals)).toEqual(['~lane.1', '~lane.22', '~lane.333']);
    },
  );

  it('are noted with the time of the chunk that brought them, and again when they come again', () => {
    const { arrivals, wait } = noting();
    arrivals.reader()(body.subarray(0, 90));
    wait(50);
    arrivals.reader()(body);
    expect(arrivals.all).toEqual([
      { name: '~lane.1', at: 1000 },
      ...['~lane.1', '~lane.22', '~lane.333'].map((name) => ({ name, at: 1050 })),
    ]);
  });

  it('are forgotten when told to', () => {
    const { arrivals } = noting();
    arrivals.reader()(body);
    arrivals.clear();
    expect(arrivals.all).toEqual([]);
  });
});
