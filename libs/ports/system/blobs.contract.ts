import { describe, expect, it } from '@jest/globals';
import type { Blobs } from './blobs.js';

async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of bytes) all.push(chunk);
  return Buffer.concat(all).toString();
}

export function describeBlobsContract(name: string, make: () => Promise<Blobs> | Blobs): void {
  describe(`Blobs (${name})`, () => {
    it('keeps what was put, from any offset', async () => {
      const blobs = await make();
      expect(await blobs.put('imp_1', chunks('hello ', 'wörld'))).toEqual({ bytes: 12 });
      expect(await read(blobs.open('imp_1', 0))).toBe('hello wörld');
      expect(await read(blobs.open('imp_1', 6))).toBe('wörld');
      expect(await read(blobs.open('imp_1', 12))).toBe('');
    });

    it('leaves nothing of a stream that broke off', async () => {
      const blobs = await make();
      async function* broken(): AsyncIterable<Uint8Array> {
        yield Buffer.from('half');
        throw new Error('connection lost');
      }
      await expect(blobs.put('imp_2', broken())).rejects.toThrow('connection lost');
      await expect(read(blobs.open('imp_2', 0))).rejects.toThrow();
    });

    it('forgets what was removed, and does not mind being asked twice', async () => {
      const blobs = await make();
      await blobs.put('imp_3', chunks('x'));
      await blobs.remove('imp_3');
      await blobs.remove('imp_3');
      await expect(read(blobs.open('imp_3', 0))).rejects.toThrow();
    });
  });
}
