import { BadConfiguration } from './config/config-reader.js';
import type { ServerConfig } from './config/server-config.js';

/** What to tell an operator about a start that failed, and the exit code that goes with it. */
export interface StartTrouble {
  readonly message: string;
  readonly exitCode: number;
  /** Whether a stack would help: where the words above say it all, it would only hide them. */
  readonly unexpected: boolean;
}

const BAD_CONFIGURATION = 2;
const FAILED = 1;

export function startTroubleOf(error: unknown, config: ServerConfig | undefined): StartTrouble {
  if (error instanceof BadConfiguration) {
    return { message: error.message, exitCode: BAD_CONFIGURATION, unexpected: false };
  }
  const known = config && (networkTrouble(error, config) ?? storageTrouble(error, config));
  if (known !== undefined) return { message: known, exitCode: FAILED, unexpected: false };
  return { message: `The start failed: ${wordsOf(error)}`, exitCode: FAILED, unexpected: true };
}

function networkTrouble(error: unknown, { host, port }: ServerConfig): string | undefined {
  switch (property(error, 'code')) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is taken by another program. Stop that, or set PORT to another one.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine. Set HOST to one that is, such as 127.0.0.1.`;
    case 'EACCES':
      return property(error, 'syscall') === 'listen'
        ? `This user may not listen on port ${port}. Set PORT to one above 1023.`
        : undefined;
    default:
      return undefined;
  }
}

function storageTrouble(error: unknown, { dataDir }: ServerConfig): string | undefined {
  const words = wordsOf(error);
  if (/not a database|malformed|corrupt/i.test(words)) {
    return `The database in ${dataDir} is damaged (${words}). Restore it from a backup, or set POSTHORN_DATA_DIR to another folder.`;
  }
  if (/in use by another/i.test(words)) return words;
  if (property(error, 'code') === 'storage_full' || property(error, 'code') === 'ENOSPC') {
    return `The disk that holds ${dataDir} is full (${words}).`;
  }
  const unwritable = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'storage_unavailable'];
  if (
    unwritable.includes(String(property(error, 'code'))) ||
    /cannot be written|readonly|unable to open/i.test(words)
  ) {
    return `The data folder ${dataDir} cannot be written (${words}). Set POSTHORN_DATA_DIR to one that can.`;
  }
  return /newer posthorn/i.test(words) ? words : undefined;
}

function wordsOf(error: unknown): string {
  return String(property(error, 'message') ?? error);
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
