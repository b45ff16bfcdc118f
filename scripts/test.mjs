/**
 * Runs the test suite: `npm test`, or `npm test -- <path or name pattern> [jest options]`.
 *
 * Exit code 0 only when something ran and nothing failed. The last line printed is `N passed, N failed`.
 */
import { run } from 'jest';
import { printTally, tally } from './test-tally.mjs';

process.on('exit', () => {
  printTally();
  if (tally.complete && tally.passed + tally.failed === 0) process.exitCode = 1; // nothing ran: nothing was proved
});

// A spec may be named by its source: what runs is its compiled twin.
const args = process.argv.slice(2).map((arg) => arg.replace(/\.spec\.ts$/, '.spec.js'));
await run(args);
