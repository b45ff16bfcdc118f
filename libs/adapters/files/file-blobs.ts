import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blobs } from '#ports/system/blobs.js';

const NAME = /^[a-z0-9_]{1,64}$/;

/** One file a blob, in a folder of their own. */
export class FileBlobs implements Blobs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Written under another name and renamed when it is on disk: a torn upload is never taken for a whole one. */
  async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    const path = this.#path(name);
    const torn = `${path}.part`;
    await mkdir(this.#folder, { recursive: true });
    const file = await open(torn, 'w');
    let length = 0;
    try {
      for await (const chunk of bytes) {
        await file.write(chunk);
        length += chunk.byteLength;
      }
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(torn, { force: true });
      throw error;
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

  #path(name: string): string {
    if (!NAME.test(name)) throw new Error('That is not the name of a blob.');
    return join(this.#folder, name);
  }
}
