import { writeSync } from 'node:fs';

/** What a run came to; filled by the reporter, printed when the process exits, after everything Jest has to say. */
export const tally = { complete: false, passed: 0, failed: 0, leftOut: [] };

const RULE = '='.repeat(78);

export function printTally() {
  if (tally.leftOut.length > 0) {
    const lines = tally.leftOut.map(({ requirement, suite }) => `  ${suite}: needs ${requirement}`);
    print(
      `\n${RULE}\nLEFT OUT because this machine lacks a system package:\n${lines.join('\n')}\n` +
        `\`npm run test:setup\` installs what is missing; then nothing is left out.\n${RULE}\n`,
    );
  }
  print(`${tally.passed} passed, ${tally.failed} failed\n`);
}

/** Jest silences process.stdout when it gives up (a broken configuration); the tally is owed even then. */
function print(text) {
  for (let rest = Buffer.from(text); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error; // a full pipe: its reader will catch up
    }
  }
}
