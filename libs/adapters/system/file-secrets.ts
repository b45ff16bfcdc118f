import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Randomness } from '#ports/system/randomness.js';
import type { Secrets } from '#ports/system/secrets.js';

const SECRET_BYTES = 32;

/** Secrets as files of 32 bytes that only their owner can read, in `<data folder>/secrets`. */
export class FileSecrets implements Secrets {
  readonly #folder: string;
  readonly #randomness: Randomness;

  constructor(dataDir: string, randomness: Randomness) {
    this.#folder = join(dataDir, 'secrets');
    this.#randomness = randomness;
  }

  async generated(name: string): Promise<Uint8Array> {
    if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) throw new Error(`${name} cannot be the name of a secret`);
    const path = join(this.#folder, name);
    return (await read(path)) ?? (await this.#make(path));
  }

  async #make(path: string): Promise<Uint8Array> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const draft = `${path}.${Buffer.from(this.#randomness.bytes(8)).toString('hex')}`;
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(this.#randomness.bytes(SECRET_BYTES));
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      // Linking fails if the name is taken: of two first users one wins, and both read the winner's secret. The
      // name appears only once the bytes are on disk, so a crash here never leaves half a secret under it.
      await link(draft, path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await rm(draft, { force: true });
    }
    await syncFolder(this.#folder);
    const made = await read(path);
    if (!made) throw new Error(`The secret ${path} vanished while it was made`);
    return made;
  }
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length !== SECRET_BYTES)
      throw new Error(`The secret in ${path} is damaged: restore it from a backup.`);
    return new Uint8Array(bytes);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
