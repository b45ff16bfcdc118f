import type { Bench } from './bench.js';
import { holdRaces } from './kit/races.js';

/** The same campaign, one HTTP request per message. */
export const bulkSingle: Bench = {
  name: 'bulk-single',
  title: 'a campaign, one provider call per message',
  run: (options) => holdRaces({ count: 200_000, batch: 1, marks: { ofBareLoop: 0.7 } }, options),
};
