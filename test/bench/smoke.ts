import type { Bench, BenchOptions, BenchReport } from './bench.js';
import { bulk } from './bulk.js';
import { chat } from './chat.js';
import { fanout } from './fanout.js';
import { intake } from './intake.js';
import { jitter } from './jitter.js';
import { lanes } from './lanes.js';
import { memory } from './memory.js';
import { memoryConnections } from './memory-connections.js';
import { recovery } from './recovery.js';

/** Small, but more than a parcel and no round number of calls. */
const COUNT = 2525;
/** Of the chat. */
const FEW = 200;
const CONNECTIONS = 40;

/**
 * The benches themselves put to the test: a few thousand messages each. What counts is that every account adds up;
 * how fast it went is not looked at, so that it may run anywhere.
 */
export const smoke: Bench = {
  name: 'smoke',
  title:
    'a few messages through bulk, intake, lanes, memory, recovery and the chat: does the account add up?',
  async run(options) {
    const few = { ...options, runs: 1, count: FEW, connections: options.connections ?? CONNECTIONS };
    const some = { ...options, runs: 1, count: options.count ?? COUNT };
    // Nobody looks at the clock: what one waits for the other may compute.
    const reports = await Promise.all([
      inTurn([bulk, intake, lanes, memory, recovery], some),
      inTurn([chat, fanout, jitter, memoryConnections], few),
    ]).then((both) => both.flat());
    return {
      runs: 1,
      settings: { messages: options.count ?? COUNT },
      columns: ['bench', 'adds up'],
      rows: reports.map(([name, { problems }]) => [name, problems.length === 0 ? 'yes' : 'no']),
      marks: [],
      notes: [],
      samples: Object.fromEntries(reports),
      problems: reports.flatMap(([name, { problems }]) => problems.map((problem) => `${name}: ${problem}`)),
    };
  },
};

async function inTurn(benches: readonly Bench[], options: BenchOptions): Promise<[string, BenchReport][]> {
  const reports: [string, BenchReport][] = [];
  for (const bench of benches) reports.push([bench.name, await bench.run(options)]);
  return reports;
}
