/** Calls the npm that belongs to the running Node. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { capture } from './child.mjs';
import { Stop } from './report.mjs';

/**
 * Runs npm in `cwd`. A failure becomes a `Stop` that says what was attempted, quotes npm and names the
 * usual cause.
 */
export async function npm(args, { cwd, attempting }) {
  const { command, prefix, shell } = npmCommand();
  const { code, output } = await capture(command, [...prefix, ...args], { cwd, shell }).catch((error) => ({
    code: 127,
    output: `npm could not be started: ${error.message}`,
  }));
  if (code === 0) return;
  if (/^npm error signal SIG(INT|TERM)/m.test(output)) throw new Stop(`${attempting} was interrupted.`, 130);
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output);
  throw new Stop(
    `${attempting} failed (npm exit code ${code}).\n${complaint(output)}\n` +
      (offline
        ? 'The package registry could not be reached: check the network or `npm config get registry`, then run the command again.'
        : 'Fix the cause above, then run the command again.'),
  );
}

/** What npm says first is the cause; its advice and usage follow. */
function complaint(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm error ?/, '').trim());
  return lines
    .filter((line) => line !== '' && !/^(npm warn|at |A complete log)/.test(line))
    .slice(0, 8)
    .map((line) => `  ${line}`)
    .join('\n');
}

function npmCommand() {
  const fromNpm = process.env.npm_execpath;
  const besideNode = [
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script =
    fromNpm !== undefined && basename(fromNpm) === 'npm-cli.js'
      ? fromNpm
      : besideNode.find((path) => existsSync(path));
  if (script !== undefined) return { command: process.execPath, prefix: [script], shell: false };
  return { command: 'npm', prefix: [], shell: process.platform === 'win32' };
}
