import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Blobs } from '#ports/system/blobs.js';

const NAME = /^[a-z0-9_]{1,64}$/;
/** Of files that are being written. */
const TORN = '.part';
/** Disk full, quota used up, and a file larger than the system allows: the file has to become smaller, or the disk larger. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** One file a blob, in a folder of their own. */
export class FileBlobs implements Blobs {
  readonly #folder: string;
  #ready: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Written under another name and renamed when it is on disk: a torn upload is never taken for a whole one. */
  async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    const path = this.#path(name);
    const torn = path + TORN;
    let written = torn;
    try {
      await this.#getReady();
      const length = await write(torn, bytes);
      await rename(torn, path);
      written = path;
      await syncFolder(this.#folder);
      return { bytes: length };
    } catch (error) {
      // Nobody will be told of it, so nothing of it stays. Should even that fail, the next start finds it.
      await rm(written, { force: true }).catch(() => undefined);
      throw FULL.has(codeOf(error)) ? new Refusal('storage_full', 'There is no room for the file.') : error;
    }
  }

  open(name: string, offset: number): AsyncIterable<Uint8Array> {
    return read(this.#path(name), offset);
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  async *storedBefore(at: Instant): AsyncIterable<string> {
    await this.#getReady();
    for (const name of await readdir(this.#folder)) {
      if (!NAME.test(name)) continue;
      const file = await stat(join(this.#folder, name)).catch(() => undefined);
      if (file && file.mtimeMs < at) yield name;
    }
  }

  /** Once for each process, and before anything is written. */
  #getReady(): Promise<void> {
    this.#ready ??= this.#sweep().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /** What uploads left that a process before us did not live to finish. The folder is one process's at a time. */
  async #sweep(): Promise<void> {
    const made = await mkdir(this.#folder, { recursive: true });
    if (made !== undefined) await syncFolder(dirname(made));
    const torn = (await readdir(this.#folder)).filter((name) => name.endsWith(TORN));
    for (const name of torn) await rm(join(this.#folder, name), { force: true });
  }

  #path(name: string): string {
    if (!NAME.test(name)) throw new Error('That is not the name of a blob.');
    return join(this.#folder, name);
  }
}

/** All of it, on the disk; answers how many bytes it is. */
async function write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const file: FileHandle = await open(path, 'w');
  let length = 0;
  try {
    for await (const chunk of bytes) {
      // Not `write`, which may write less than it was given and say so in its answer only.
      await file.writeFile(chunk);
      length += chunk.byteLength;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return length;
}

async function* read(path: string, offset: number): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, { start: offset, highWaterMark: 64 * 1024 });
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? new Refusal('not_found', 'The stored file is gone.') : error;
  }
}

/** A name is as durable as the folder that it stands in. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
