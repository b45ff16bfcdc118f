import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lockDataFolder } from '#adapters/sqlite/engine/data-folder-lock.js';
import { BadConfiguration } from '#apps/server/src/config/config-reader.js';
import { readServerConfig, type ServerConfig } from '#apps/server/src/config/server-config.js';
import { bytes } from '../terminal/words.js';
import { type Check, fail, ok, warn } from './check.js';

/** `engines` of the package. */
const OLDEST_NODE = 24;
const LITTLE_SPACE = 2e9;
/** Below this a campaign of some size fills the disk. */
const NO_SPACE = 2e8;

export function checkNode(version: string): Check {
  const major = Number(version.split('.')[0]);
  if (major >= OLDEST_NODE) return ok('Node', version);
  return fail(
    'Node',
    `${version} is too old`,
    `Posthorn needs Node ${OLDEST_NODE} or later; its npm scripts fetch it.`,
  );
}

/** What the server itself would make of this environment, and whether it would start with it. */
export async function checkConfiguration(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<{ checks: Check[]; config?: ServerConfig }> {
  try {
    const config = await readServerConfig(env, folder);
    const order = config.channels.email.order.join(', then ');
    const checks = [ok('Configuration', `valid; e-mail goes out by ${order}`)];
    if (config.unknownNames.length > 0) {
      const names = config.unknownNames.join(', ');
      checks.push(warn('Configuration', `there is no setting called ${names}`, 'Is that a typing error?'));
    }
    return { checks, config };
  } catch (error) {
    if (!(error instanceof BadConfiguration)) throw error;
    const hint = 'With this the server would not start.';
    return { checks: error.faults.map((fault) => fail('Configuration', fault, hint)) };
  }
}

export async function checkDataFolder({ dataDir }: ServerConfig): Promise<Check[]> {
  const name = 'Data folder';
  const hint = 'Set POSTHORN_DATA_DIR to a folder that the server may write to.';
  const existing = nearestExisting(dataDir);
  if (!statSync(existing).isDirectory()) return [fail(name, `${existing} is a file`, hint)];
  if (!isWritable(existing)) return [fail(name, `${existing} cannot be written`, hint)];
  const state =
    existing === dataDir ? usedState(dataDir) : ok(name, `${dataDir} will be made by the first start`);
  return [state, await checkSpace(existing)];
}

function usedState(dataDir: string): Check {
  const name = 'Data folder';
  if (!existsSync(join(dataDir, 'lock'))) return ok(name, `${dataDir} is writable, and not in use yet`);
  try {
    lockDataFolder(dataDir)();
    return ok(name, `${dataDir} is writable, no server is using it`);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    if (/in use by another/.test(words)) return ok(name, `${dataDir} is in use by a running server`);
    return fail(name, words, 'Give the files in it to the user that runs the server.');
  }
}

async function checkSpace(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${bytes(free)} free`;
  if (free < NO_SPACE) return fail('Disk', detail, 'Make room: without it the server takes no more work.');
  return free < LITTLE_SPACE
    ? warn('Disk', detail, 'A campaign takes about 1 GB for a million recipients.')
    : ok('Disk', detail);
}

function nearestExisting(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
