import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { SystemClock } from '#adapters/system/system-clock.js';
import { type RunningDemo, runDemo } from './demo/run-demo.js';
import { Terminal } from './terminal/terminal.js';
import { Trouble } from './trouble.js';

const ROWS = 10_000;
/** 128 + SIGINT. */
const INTERRUPTED = 130;

const { exit: exits, folder: kept } = new Command('npm run demo --')
  .description(
    'A campaign from CSV to inbox, with a provider that fails half-way. Nothing leaves this machine.',
  )
  .option('--exit', 'end after the account, instead of leaving the server running')
  .option('--folder <path>', 'keep everything in this folder, instead of a temporary one')
  .parse()
  .opts<{ exit?: boolean; folder?: string }>();

const clock = new SystemClock();
const terminal = new Terminal(process.stdout, process.stderr, process.env, clock);
/** A waiting clock does not keep a process alive. */
const alive = setInterval(() => {}, 2 ** 30);
process.stdout.on('error', () => {});

const folder = kept === undefined ? mkdtempSync(join(tmpdir(), 'posthorn-demo-')) : resolve(kept);
mkdirSync(folder, { recursive: true });
let demo: RunningDemo | undefined;

async function leave(code: number): Promise<never> {
  await demo?.stop();
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

process.on('SIGINT', () => void leave(demo === undefined ? INTERRUPTED : 0));
process.on('SIGTERM', () => void leave(INTERRUPTED));
process.on('SIGHUP', () => void leave(INTERRUPTED));

try {
  demo = await runDemo({ terminal, clock, folder, rows: ROWS });
  clearInterval(alive);
  if (exits === true || !terminal.interactive || !demo.wentWell) await leave(demo.wentWell ? 0 : 1);
  terminal.print('Ctrl-C ends it.');
  setInterval(() => {}, 2 ** 30);
} catch (error) {
  terminal.complain(`posthorn: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof Trouble && error.hint !== undefined) terminal.complain(error.hint);
  await leave(1);
}
