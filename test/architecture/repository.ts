import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The repository, seen from a compiled spec in dist/test/architecture. */
export const root = join(import.meta.dirname, '..', '..', '..');
export const fixtures = join(root, 'test', 'architecture', 'fixtures');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs this Node with `args` and waits for its end; `env` adds to the environment, undefined removes. */
export async function runNode(
  args: readonly string[],
  { cwd = root, env = {} }: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
