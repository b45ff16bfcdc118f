import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Blobs } from '#ports/system/blobs.js';

const NAME = /^[a-z0-9_]{1,64}$/;

/** One file a blob, in a folder of their own. */
export class FileBlobs implements Blobs {
  readonly #folder: string;
  #swept: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Written under another name and renamed when it is on disk: a torn upload is never taken for a whole one. */
  async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    const path = this.#path(name);
    const torn = `${path}.part`;
    await (this.#swept ??= this.#sweep().catch((error: unknown) => {
      this.#swept = undefined;
      throw error;
    }));
    const file = await open(torn, 'w');
    let length = 0;
    try {
      for await (const chunk of bytes) {
        // Not `write`, which may write less than it was given and say so in its answer only.
        await file.writeFile(chunk);
        length += chunk.byteLength;
      }
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(torn, { force: true });
      throw isFull(error) ? new Refusal('storage_full', 'There is no room for the file.') : error;
    }
    await file.close();
    await rename(torn, path);
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
    return { bytes: length };
  }

  open(name: string, offset: number): AsyncIterable<Uint8Array> {
    return createReadStream(this.#path(name), { start: offset, highWaterMark: 64 * 1024 });
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  /** What uploads left that a process before us did not live to finish. The folder is one process's at a time. */
  async #sweep(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const torn = (await readdir(this.#folder)).filter((name) => name.endsWith('.part'));
    for (const name of torn) await rm(join(this.#folder, name), { force: true });
  }

  #path(name: string): string {
    if (!NAME.test(name)) throw new Error('That is not the name of a blob.');
    return join(this.#folder, name);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
