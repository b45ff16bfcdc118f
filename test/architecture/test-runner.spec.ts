import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Finished, fixtures, root, runNode } from './repository.js';

const folder = join(fixtures, 'test-runner');

/** Runs the suites under fixtures/test-runner whose name matches, on a machine without any system package. */
function runSuites(pattern: string, env: Record<string, string | undefined> = {}): Promise<Finished> {
  const quiet = join(root, 'scripts', 'quiet-vm-modules.mjs');
  const own = ['--rootDir', folder, '--roots', folder, '--testMatch', '**/*.suite.mjs'];
  const args = [
    '--experimental-vm-modules',
    '--import',
    quiet,
    'scripts/test.mjs',
    ...own,
    `--testPathPatterns=${pattern}`,
  ];
  return runNode(args, { env: { PATH: folder, CI: undefined, ...env } });
}

const lastLine = ({ stdout }: Finished): string | undefined => stdout.trimEnd().split('\n').at(-1);

describe('test runner', () => {
  it('ends with the tally and fails when a test fails', async () => {
    const run = await runSuites('one-of-each');
    expect(lastLine(run)).toBe('1 passed, 1 failed');
    expect(run.code).toBe(1);
  });

  it('counts a file that cannot be loaded as a failure', async () => {
    const run = await runSuites('broken');
    expect(lastLine(run)).toBe('0 passed, 1 failed');
    expect(run.code).toBe(1);
  });

  it('fails when nothing ran', async () => {
    const run = await runSuites('no-such-suite');
    expect(lastLine(run)).toBe('0 passed, 0 failed');
    expect(run.code).toBe(1);
  });

  it('says loudly which suites it left out for want of a system package', async () => {
    const run = await runSuites('needs-redis');
    expect(run.stdout).toMatch(
      /LEFT OUT because this machine lacks a system package:\n {2}a store in Redis: needs redis-server\n/,
    );
    expect(lastLine(run)).toBe('1 passed, 0 failed');
    expect(run.code).toBe(0);
  });

  it('takes a missing system package for a failure on CI', async () => {
    const run = await runSuites('needs-redis', { CI: 'true' });
    expect(run.stderr).toMatch(/redis-server is not installed/);
    expect(lastLine(run)).toBe('1 passed, 1 failed');
    expect(run.code).toBe(1);
  });

  it('prints no warning about the way it loads ES modules', async () => {
    expect((await runSuites('one-of-each')).stderr).not.toMatch(/ExperimentalWarning/);
  });
});
