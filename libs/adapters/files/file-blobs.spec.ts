import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeBlobsContract } from '#ports/system/blobs.contract.js';
import { FileBlobs } from './file-blobs.js';

describeBlobsContract(
  'FileBlobs',
  async () => new FileBlobs(await mkdtemp(join(tmpdir(), 'posthorn-blobs-'))),
);

describe('FileBlobs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-blobs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
    for (const text of texts) yield Buffer.from(text);
  }

  it('leaves no file of a stream that broke off', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('connection lost');
    }
    await expect(new FileBlobs(folder).put('imp_1', broken())).rejects.toThrow('connection lost');
    expect(await readdir(folder)).toEqual([]);
  });

  it('sweeps away what an upload left whose process died, and nothing else', async () => {
    await writeFile(join(folder, 'imp_1.part'), 'half of a gigabyte');
    await writeFile(join(folder, 'imp_2'), 'whole');
    const blobs = new FileBlobs(folder);
    await Promise.all([blobs.put('imp_3', chunks('a', 'b')), blobs.put('imp_4', chunks('c'))]);
    expect((await readdir(folder)).sort()).toEqual(['imp_2', 'imp_3', 'imp_4']);
  });

  it('answers a full disk with the refusal that callers know', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    async function* filling(): AsyncIterable<Uint8Array> {
      yield Buffer.from('a');
      throw full;
    }
    await expect(new FileBlobs(folder).put('imp_1', filling())).rejects.toMatchObject({
      code: 'storage_full',
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
