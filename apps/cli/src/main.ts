import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '#adapters/system/system-clock.js';
import { serverFolder } from './doctor/server-folder.js';
import { createProgram } from './program.js';
import { Terminal } from './terminal/terminal.js';
import { Trouble, UsageTrouble } from './trouble.js';

const ROOT = new URL('../../../../', import.meta.url);
const FAILED = 1;
const BADLY_USED = 2;
/** 128 + SIGINT, as shells have it. */
const INTERRUPTED = 130;

const clock = new SystemClock();
const terminal = new Terminal(process.stdout, process.stderr, process.env, clock);
let farewell = (): void => {};

/** `posthorn failed | head`: whoever read our output has seen enough. */
process.stdout.on('error', () => process.exit(0));
process.on('SIGINT', () => {
  farewell();
  process.exit(INTERRUPTED);
});
/** A waiting clock does not keep a process alive; a command under way has to. */
const alive = setInterval(() => {}, 2 ** 30);

async function run(): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };
  let exitCode = 0;
  const program = createProgram({
    terminal,
    clock,
    version,
    env: process.env,
    folder: serverFolder(process.cwd(), fileURLToPath(ROOT)),
    onInterrupt: (say) => (farewell = say),
    done: (code) => (exitCode = code),
  });
  await program.parseAsync();
  return exitCode;
}

function explain(error: unknown): number {
  // Commander has said what there is to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BADLY_USED;
  const message = error instanceof Error ? error.message : String(error);
  terminal.complain(`posthorn: ${message}`);
  if (error instanceof Trouble && error.hint !== undefined) terminal.complain(error.hint);
  return error instanceof UsageTrouble ? BADLY_USED : FAILED;
}

const code = await run().catch(explain);
clearInterval(alive);
process.exit(code);
