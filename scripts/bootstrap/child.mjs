/** Runs child processes so that none outlives us and every signal and exit code gets through. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const STOP_WITH_PARENT = pathToFileURL(join(import.meta.dirname, 'stop-with-parent.mjs')).href;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs Node with `args`, the terminal shared, and resolves to its exit code (128 + n when signal n ended it).
 *
 * If this process dies without a chance to forward anything (kill -9), the pipe on the child's descriptor 3
 * closes and `stop-with-parent.mjs` ends the child the polite way.
 */
export function runNode(node, args, { cwd, env = process.env } = {}) {
  const child = spawn(node, ['--import', STOP_WITH_PARENT, ...args], {
    cwd,
    env: { ...env, POSTHORN_PARENT_FD: '3' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  child.stdio[3].on('error', () => {}); // the child has gone; its exit is reported below
  return exitOf(child);
}

/** Runs a command quietly and resolves to `{ code, output }`, its two streams interleaved. */
export async function capture(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  return { code: await exitOf(child), output };
}

function exitOf(child) {
  const stopForwarding = forwardSignals(child);
  const stopWatching = endWithNpm(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // 'close' rather than 'exit': what the child wrote has been read by then
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  }).finally(() => {
    stopForwarding();
    stopWatching();
  });
}

function forwardSignals(child) {
  const handlers = FORWARDED.map((signal) => {
    const forward = () => {
      // Ctrl-C on a terminal reaches the whole process group: the child has it already, and a second SIGINT would
      // tell it to give up its graceful stop.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    process.on(signal, forward);
    return () => process.off(signal, forward);
  });
  return () => handlers.forEach((off) => off());
}

/** npm forwards signals but not its own kill -9; started by it, we end when it is gone (we get another parent). */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer); // once: a second SIGTERM could cut a graceful stop short
    child.kill('SIGTERM');
  }, 500);
  return () => clearInterval(timer);
}
