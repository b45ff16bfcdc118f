import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeBlobsContract } from '#ports/system/blobs.contract.js';
import { FileBlobs } from './file-blobs.js';

const made: string[] = [];
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-blobs-'));
  made.push(folder);
  return folder;
}
afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true });
});

describeBlobsContract('FileBlobs', async () => new FileBlobs(join(await makeFolder(), 'blobs')));

describe('FileBlobs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeFolder();
  });

  async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
    for (const text of texts) yield Buffer.from(text);
  }
  const old = async (blobs: FileBlobs, before: number): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of blobs.storedBefore(before)) names.push(name);
    return names.sort();
  };

  it('leaves no file of a stream that broke off', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('connection lost');
    }
    await expect(new FileBlobs(folder).put('imp_1', broken())).rejects.toThrow('connection lost');
    expect(await readdir(folder)).toEqual([]);
  });

  describe('what an upload left whose process died', () => {
    beforeEach(async () => {
      await writeFile(join(folder, 'imp_1.part'), 'half of a gigabyte');
      await writeFile(join(folder, 'imp_2'), 'whole');
    });

    it('is swept away before the next upload, and nothing else', async () => {
      const blobs = new FileBlobs(folder);
      await Promise.all([blobs.put('imp_3', chunks('a', 'b')), blobs.put('imp_4', chunks('c'))]);
      expect((await readdir(folder)).sort()).toEqual(['imp_2', 'imp_3', 'imp_4']);
    });

    it('is swept away by whoever looks for what can go', async () => {
      expect(await old(new FileBlobs(folder), Infinity)).toEqual(['imp_2']);
      expect(await readdir(folder)).toEqual(['imp_2']);
    });
  });

  it('goes by the time at which a file was written, and passes over what is no blob', async () => {
    const blobs = new FileBlobs(folder);
    for (const [name, seconds] of [
      ['imp_1', 100],
      ['imp_2', 200],
      ['README.txt', 100],
    ] as const) {
      await writeFile(join(folder, name), 'x');
      await utimes(join(folder, name), seconds, seconds);
    }
    expect(await old(blobs, 100_000)).toEqual([]);
    expect(await old(blobs, 100_001)).toEqual(['imp_1']);
    expect(await old(blobs, 200_001)).toEqual(['imp_1', 'imp_2']);
  });

  describe('on a full disk', () => {
    async function* filling(code: string): AsyncIterable<Uint8Array> {
      yield Buffer.from('a');
      throw Object.assign(new Error(`${code}: no space left on device, write`), { code });
    }
    /** Linux has a file that takes as much as a full disk does; elsewhere the error comes out of the stream. */
    const hasFullDisk = existsSync('/dev/full');
    const tooMuch = (): AsyncIterable<Uint8Array> =>
      hasFullDisk ? chunks('x'.repeat(100_000), 'y') : filling('ENOSPC');

    it('answers with the refusal that callers know, whoever noticed it', async () => {
      for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
        const stored = new FileBlobs(folder).put('imp_1', filling(code));
        await expect(stored).rejects.toMatchObject({ code: 'storage_full' });
      }
      expect(await readdir(folder)).toEqual([]);
    });

    it('leaves no half of a file, and what is there already as it is', async () => {
      const blobs = new FileBlobs(folder);
      await blobs.put('imp_1', chunks('whole'));
      for (const name of ['imp_1', 'imp_2']) {
        if (hasFullDisk) await symlink('/dev/full', join(folder, `${name}.part`));
        await expect(blobs.put(name, tooMuch())).rejects.toMatchObject({ code: 'storage_full' });
      }
      expect(await readdir(folder)).toEqual(['imp_1']);
      await blobs.put('imp_2', chunks('now there is room'));
      expect(await readdir(folder)).toEqual(['imp_1', 'imp_2']);
    });
  });

  it.each(['../imp_1', 'imp/1', '', 'IMP_1', 'imp_1.part', 'imp_1\0', 'x'.repeat(65)])(
    'has no blob called %j',
    async (name) => {
      const blobs = new FileBlobs(folder);
      await expect(blobs.put(name, chunks('x'))).rejects.toThrow('not the name of a blob');
      expect(() => blobs.open(name, 0)).toThrow('not the name of a blob');
      await expect(blobs.remove(name)).rejects.toThrow('not the name of a blob');
    },
  );
});
