import Sequencer from '@jest/test-sequencer';

/** Suites of whole processes, the longest first: begun last, one of them would run on while the other core has nothing to do. */
const LONG = [
  '/test/faults/',
  '/test/journeys/',
  '/test/hostile/',
  '/test/in-process/',
  '/apps/',
  '/libs/adapters/dynamodb/',
];

/** Jest knows how long a suite takes when it has run it before; in a fresh clone it goes by the size of the file. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONG.findIndex((part) => path.includes(part));
      return at === -1 ? LONG.length : at;
    };
    return super.sort([...tests]).sort((a, b) => rank(a) - rank(b)); // stable: within a rank as Jest has it
  }
}
