import type { Bench } from './bench.js';
import { holdRaces } from './kit/races.js';

/** A campaign through a batch endpoint, a hundred messages a call. */
export const bulk: Bench = {
  name: 'bulk',
  title: 'a campaign through a batch provider, from start to finished',
  run: (options) =>
    holdRaces(
      { count: 200_000, batch: 100, marks: { rate: 25_000, ofBareLoop: 0.6, timesBullmq: 5 } },
      options,
    ),
};
