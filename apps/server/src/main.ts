import 'reflect-metadata';
import { PinoLog } from '#adapters/pino/pino-log.js';
import { readServerConfig, type ServerConfig } from './config/server-config.js';
import { giveBackMemoryWhenIdle } from './give-back-memory.js';
import { type RunningServer, startServer } from './start-server.js';
import { startTroubleOf } from './start-trouble.js';

/** A stop that takes longer than this is cut short; 25 s are promised. */
const STOP_WITHIN_MS = 24_000;
/** For the answers to those who wait when there is no going on. */
const LAST_WORDS_MS = 250;
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

let config: ServerConfig | undefined;
let server: RunningServer | undefined;
let stopping = false;
let log = logAt('info', []);

function logAt(level: string, secrets: readonly string[]): PinoLog {
  return new PinoLog({ level, secrets, write: (line) => process.stdout.write(line) });
}

/** Whoever read our output has gone: no reason to stop sending mail. */
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

function die(event: string, error: unknown): never {
  log.error(event, { error });
  process.exit(1);
}

/**
 * Without its storage the process can only end, and whoever started it starts it again. What was acknowledged is on disk;
 * whoever waits is told so (503) in the time that an answer takes to get out.
 */
function loseStorage(error: unknown): void {
  log.error('storage.lost', { error });
  setTimeout(() => process.exit(1), LAST_WORDS_MS);
}

/** While still starting there is nothing to finish: what was committed is committed, nothing was promised yet. */
async function stop(signal: keyof typeof SIGNAL_NUMBERS): Promise<void> {
  if (stopping) process.exit(128 + SIGNAL_NUMBERS[signal]);
  stopping = true;
  setTimeout(() => die('server.stop_overdue', new Error('It took too long.')), STOP_WITHIN_MS).unref();
  try {
    await server?.stop();
    process.exit(0);
  } catch (error) {
    die('server.stop_failed', error);
  }
}

async function start(): Promise<void> {
  config = await readServerConfig(process.env, process.cwd());
  log = logAt(config.logLevel, config.secrets);
  if (config.unknownNames.length > 0) log.warn('config.unknown_names', { names: config.unknownNames });
  const running = await startServer({ config, log, onFatal: loseStorage });
  giveBackMemoryWhenIdle();
  server = running;
  process.stdout.write(welcome(running, config));
}

function welcome({ url, madeOwnerKey }: RunningServer, { dataDir }: ServerConfig): string {
  const lines = [`Posthorn listens on ${url} (${url}/docs tells how to use it), data in ${dataDir}`];
  if (madeOwnerKey !== undefined) {
    lines.push(`Owner API key, shown this once: ${madeOwnerKey}`);
  }
  return `${lines.join('\n')}\n`;
}

process.on('uncaughtException', (error) => die('process.crashed', error));
process.on('unhandledRejection', (error) => die('process.crashed', error));
process.on('SIGTERM', (signal) => void stop(signal as 'SIGTERM'));
process.on('SIGINT', (signal) => void stop(signal as 'SIGINT'));

try {
  await start();
} catch (error) {
  const { message, exitCode, unexpected } = startTroubleOf(error, config);
  if (unexpected) log.error('server.start_failed', { error });
  process.stderr.write(`posthorn: ${message}\n`);
  process.exit(exitCode);
}
