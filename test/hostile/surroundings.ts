import { mkdir, open, stat, truncate, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { folderOfTwo } from './known-world.js';

type Env = Readonly<Record<string, string>>;

/** Surroundings in which the server cannot start: it says why, in words for an operator, and ends. */
export interface Trouble {
  readonly name: string;
  /** Brings it about; answers what it is started with. */
  readonly bringAbout: (folder: string) => Promise<Env>;
  readonly exitCode: number;
  /** On stderr. */
  readonly says: RegExp;
}

const BAD_CONFIGURATION = 2;
const FAILED = 1;
const SECRET = 'c4nary-secret';

const configured = (name: string, says: RegExp, env: Env): Trouble => ({
  name,
  bringAbout: () => Promise.resolve(env),
  exitCode: BAD_CONFIGURATION,
  says,
});

const inFile = (name: string, file: string, text: string, says: RegExp): Trouble => ({
  name,
  bringAbout: async (folder) => {
    await writeFile(join(folder, file), text);
    return {};
  },
  exitCode: BAD_CONFIGURATION,
  says,
});

const withFolder = (name: string, says: RegExp, bringAbout: (data: string) => Promise<unknown>): Trouble => ({
  name,
  bringAbout: async (folder) => {
    await bringAbout(join(folder, 'data'));
    return {};
  },
  exitCode: FAILED,
  says,
});

/** A database as a server left it, all of it in one file. */
async function database(data: string): Promise<string> {
  await folderOfTwo(data);
  const path = join(data, 'posthorn.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return path;
}

async function overwrite(path: string, from: number, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(bytes, SECRET), 0, bytes, from);
  await file.close();
}

const DAMAGED = /^posthorn: The database in \S+ is damaged \(.*\)\. Restore it from a backup/m;
const UNWRITABLE =
  /^posthorn: The data folder \S+ cannot be written \(.*\)\. Set POSTHORN_DATA_DIR to one that can/m;

/** 20: configuration, data folder and port. */
export const troubles: readonly Trouble[] = [
  configured('several settings at once', /^ {2}SMTP_URL: [^]*^ {2}POSTHORN_ROLES: [^]*^ {2}PORT: /m, {
    PORT: SECRET,
    POSTHORN_ROLES: SECRET,
    EMAIL_PROVIDERS: 'smtp',
    SMTP_URL: `${SECRET}:25`,
  }),
  configured('a short key that the whole network could guess', /^ {2}POSTHORN_API_KEY: /m, {
    HOST: '0.0.0.0',
    POSTHORN_API_KEY: 'c4nary',
  }),
  configured('a configuration file that is not there', /^ {2}POSTHORN_CONFIG: /m, {
    POSTHORN_CONFIG: '/nowhere/at-all.yaml',
  }),
  inFile(
    'half a JSON file',
    'posthorn.config.json',
    `{"email":{"resend":{"apiKey":"${SECRET}"`,
    /is not valid JSON/,
  ),
  inFile(
    'a YAML file that is none',
    'posthorn.config.yaml',
    `email:\n\t${SECRET}: [`,
    /is not valid YAML \(line \d+\)/,
  ),
  inFile('a setting there is not', 'posthorn.config.json', `{"door":{"opne":"${SECRET}"}}`, /door\.opne/),
  withFolder('a file for a data folder', UNWRITABLE, (data) => writeFile(data, '')),
  withFolder('a folder for a database', UNWRITABLE, (data) =>
    mkdir(join(data, 'posthorn.db'), { recursive: true }),
  ),
  withFolder('a database of other bytes', DAMAGED, async (data) => {
    await mkdir(data);
    await writeFile(join(data, 'posthorn.db'), 'this was a database once '.repeat(1000));
  }),
  withFolder('a database without its second half', DAMAGED, async (data) => {
    const path = await database(data);
    await truncate(path, Math.floor((await stat(path)).size / 8192) * 4096);
  }),
  withFolder('a database that was written over', DAMAGED, async (data) =>
    overwrite(await database(data), 12_288, 200_000),
  ),
  withFolder(
    'a database of a later version',
    /^posthorn: The data folder was written by a newer Posthorn/m,
    async (data) => {
      const db = new DatabaseSync(await database(data));
      db.exec('PRAGMA user_version = 9999');
      db.close();
    },
  ),
];

/** Takes a port, so that nobody else can. */
export async function takenPort(): Promise<{ readonly port: number; close(): void }> {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  return { port: (other.address() as AddressInfo).port, close: () => other.close() };
}
