import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Blobs } from './blobs.js';

async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* broken(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('connection lost');
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of bytes) all.push(chunk);
  return Buffer.concat(all).toString();
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const every: T[] = [];
  for await (const item of items) every.push(item);
  return every.sort();
}

export function describeBlobsContract(name: string, make: () => Promise<Blobs> | Blobs): void {
  describe(`Blobs (${name})`, () => {
    let blobs: Blobs;
    beforeEach(async () => {
      blobs = await make();
    });
    const isGone = (which: string) =>
      expect(read(blobs.open(which, 0))).rejects.toMatchObject({ code: 'not_found' });

    it('keeps what was put, from any offset', async () => {
      expect(await blobs.put('imp_1', chunks('hello ', 'wörld'))).toEqual({ bytes: 12 });
      expect(await read(blobs.open('imp_1', 0))).toBe('hello wörld');
      expect(await read(blobs.open('imp_1', 6))).toBe('wörld');
      expect(await read(blobs.open('imp_1', 12))).toBe('');
    });

    it('keeps a blob of no bytes', async () => {
      expect(await blobs.put('imp_1', chunks())).toEqual({ bytes: 0 });
      expect(await read(blobs.open('imp_1', 0))).toBe('');
    });

    it('keeps megabytes as they are, whatever the chunks they come in', async () => {
      const bytes = Buffer.alloc(3_000_001, 'Åsa, ');
      async function* pieces(): AsyncIterable<Uint8Array> {
        for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 100_003) {
          yield bytes.subarray(at, at + size);
        }
      }
      expect(await blobs.put('imp_1', pieces())).toEqual({ bytes: bytes.length });
      const parts: Uint8Array[] = [];
      for await (const part of blobs.open('imp_1', 1_000_000)) parts.push(part);
      expect(Buffer.concat(parts).equals(bytes.subarray(1_000_000))).toBe(true);
    });

    it('puts the latest in the place of what had the name before', async () => {
      await blobs.put('imp_1', chunks('first'));
      await blobs.put('imp_1', chunks('2nd'));
      expect(await read(blobs.open('imp_1', 0))).toBe('2nd');
      await expect(blobs.put('imp_1', broken())).rejects.toThrow('connection lost');
      expect(await read(blobs.open('imp_1', 0))).toBe('2nd');
    });

    it('leaves nothing of a stream that broke off, and takes it when it comes again', async () => {
      await expect(blobs.put('imp_2', broken())).rejects.toThrow('connection lost');
      await isGone('imp_2');
      expect(await all(blobs.storedBefore(Infinity))).toEqual([]);
      await blobs.put('imp_2', chunks('all of it'));
      expect(await read(blobs.open('imp_2', 0))).toBe('all of it');
    });

    it('forgets what was removed, and does not mind being asked twice', async () => {
      await blobs.put('imp_3', chunks('x'));
      await blobs.remove('imp_3');
      await blobs.remove('imp_3');
      await isGone('imp_3');
    });

    it('tells by not_found that a name was never there', () => isGone('imp_4'));

    it('names what was stored before an instant', async () => {
      expect(await all(blobs.storedBefore(Infinity))).toEqual([]);
      await blobs.put('imp_5', chunks('x'));
      await blobs.put('imp_6', chunks('y'));
      expect(await all(blobs.storedBefore(Infinity))).toEqual(['imp_5', 'imp_6']);
      expect(await all(blobs.storedBefore(0))).toEqual([]);
      await blobs.remove('imp_5');
      expect(await all(blobs.storedBefore(Infinity))).toEqual(['imp_6']);
    });
  });
}
