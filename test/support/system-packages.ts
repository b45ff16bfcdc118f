import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from '@jest/globals';

/** Programs some suites need besides Node, each with the names systems install it under. */
const PROGRAMS = {
  'redis-server': ['redis-server', 'valkey-server'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  nginx: ['nginx'],
} as const;

/** Where Debian puts what runs as a service; not everybody's PATH has them. */
const DAEMONS = ['/usr/sbin', '/usr/local/sbin'];

export type SystemPackage = keyof typeof PROGRAMS;

/** Absolute path of the program, or undefined when it isn't on the PATH. */
export function findProgram(requirement: SystemPackage): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...DAEMONS];
  return PROGRAMS[requirement]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => isExecutable(path));
}

/**
 * `describe` for a suite that needs a system package; `body` gets the program's path.
 *
 * Where the package is missing a developer still gets the rest of the suite, with a loud list of what was left out at the
 * end. On CI (`CI` set) that would be a hole nobody sees, so there the suite fails instead.
 */
export function describeWhen(
  requirement: SystemPackage,
  name: string,
  body: (program: string) => void,
): void {
  const program = findProgram(requirement);
  if (program !== undefined) {
    describe(name, () => body(program));
  } else if (process.env['CI']) {
    describe(name, () => {
      it(`needs ${requirement}`, () => {
        throw new Error(`${requirement} is not installed; \`npm run test:setup\` installs it`);
      });
    });
  } else {
    // The body isn't run: there is no program to hand it. scripts/test-reporter.mjs recognises this title.
    describe(`left out without ${requirement}: ${name}`, () => {
      it.todo(`needs ${requirement}`);
    });
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
