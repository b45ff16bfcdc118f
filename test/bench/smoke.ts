import type { Bench, BenchReport } from './bench.js';
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
    const reports: [string, BenchReport][] = [];
    for (const bench of [bulk, intake, lanes, memory, recovery]) {
      reports.push([bench.name, await bench.run({ ...options, runs: 1, count: options.count ?? COUNT })]);
    }
    for (const bench of [chat, fanout, jitter, memoryConnections]) {
      const few = { runs: 1, count: FEW, connections: options.connections ?? CONNECTIONS };
      reports.push([bench.name, await bench.run({ ...options, ...few })]);
    }
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
