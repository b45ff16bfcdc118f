/** Jest reporter that counts, and notices the suites `describeWhen` had to leave out. */
import { tally } from './test-tally.mjs';

/** The title `describeWhen` (test/support/system-packages.ts) gives a suite it leaves out. */
const LEFT_OUT = /^left out without (?<requirement>[^:]+): (?<suite>.*)$/;

export default class TallyReporter {
  onRunComplete(_contexts, results) {
    tally.complete = true;
    tally.passed = results.numPassedTests;
    // a file that could not be loaded has no tests to count, and is a failure all the same
    tally.failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const titles = results.testResults.flatMap((file) =>
      file.testResults.flatMap((test) => test.ancestorTitles),
    );
    tally.leftOut = [...new Set(titles)].flatMap((title) => LEFT_OUT.exec(title)?.groups ?? []);
  }
}
