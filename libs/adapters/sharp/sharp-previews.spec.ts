import { afterAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { inChunks } from '#domain/chat/testing/files.js';
import { realPng } from '#domain/chat/testing/pictures.js';
import { describeImagePreviewsContract } from '#ports/chat/image-previews.contract.js';
import type { Previewed } from '#ports/chat/image-previews.js';
import { NoPreviews } from './no-previews.js';
import { SharpPreviews } from './sharp-previews.js';

describeImagePreviewsContract('SharpPreviews', () => {
  const previews = new SharpPreviews(new MemoryLog());
  return Promise.resolve({ previews, makes: true, close: () => previews.close() });
});

describeImagePreviewsContract('NoPreviews', () =>
  Promise.resolve({ previews: new NoPreviews(), makes: false, close: () => Promise.resolve() }),
);

describe('SharpPreviews', () => {
  const log = new MemoryLog();
  const previews = new SharpPreviews(log);
  afterAll(() => previews.close());

  const one = (found: Previewed): Buffer => {
    if (found.kind !== 'made') throw new Error(`None: ${found.reason}`);
    return Buffer.from(found.previews[0]?.bytes ?? []);
  };
  const make = (file: Uint8Array, of = previews) => of.make(inChunks(file), [320]);
  /** Red, green and blue of the pixel in a corner. */
  const corner = async (image: Buffer, left: number, top: number): Promise<string> => {
    const pixel = await sharp(image)
      .extract({ left, top, width: 1, height: 1 })
      .removeAlpha()
      .raw()
      .toBuffer();
    return [...pixel].map((value) => (value > 128 ? 1 : 0)).join('');
  };

  it('is not started before there is something to do', () => {
    expect(new SharpPreviews(log).running).toBe(false);
  });

  it('turns a photograph upright, and keeps nothing of where it was taken', async () => {
    const exif = { IFD0: { Copyright: 'Somebody at home' } };
    const photo = await sharp(realPng(40, 20))
      .withExif(exif)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const preview = one(await make(photo));
    const about = await sharp(preview).metadata();
    expect(about).toMatchObject({ format: 'webp', width: 20, height: 40 });
    expect([about.exif, about.icc, about.xmp, about.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    // What was at the top is at the right.
    expect([await corner(preview, 18, 20), await corner(preview, 1, 20)]).toEqual(['100', '001']);
  });

  it('shows the first frame of what moves', async () => {
    const frames = [realPng(30, 30), await sharp(realPng(30, 30)).negate({ alpha: false }).png().toBuffer()];
    const moving = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [50, 50] })
      .toBuffer();
    expect((await sharp(moving, { animated: true }).metadata()).pages).toBe(2);
    const preview = one(await make(moving));
    expect((await sharp(preview, { animated: true }).metadata()).pages ?? 1).toBe(1);
    expect(await corner(preview, 15, 2)).toBe('100');
  });

  it('reads WebP and JPEG, and no other kind that sharp could', async () => {
    for (const format of ['webp', 'jpeg'] as const)
      expect((await make(await sharp(realPng(9, 9)).toFormat(format).toBuffer())).kind).toBe('made');
    for (const format of ['tiff', 'avif'] as const)
      expect(await make(await sharp(realPng(9, 9)).toFormat(format).toBuffer())).toEqual({
        kind: 'none',
        reason: 'unreadable',
      });
  });

  it('reads no more of a file than it may', async () => {
    const small = new SharpPreviews(log, { largest: 1_000 });
    expect(await make(Buffer.alloc(5_000), small)).toEqual({ kind: 'none', reason: 'too_large' });
    expect(await make(realPng(3, 2), small)).toMatchObject({ kind: 'made' });
    await small.close();
  });

  it('lets only so many wait', async () => {
    const narrow = new SharpPreviews(log, { mostWaiting: 1 });
    const [first, second] = await Promise.all([make(realPng(3, 2), narrow), make(realPng(3, 2), narrow)]);
    expect([first?.kind, second]).toEqual(['made', { kind: 'unavailable', reason: 'busy' }]);
    await narrow.close();
  });

  it('stops what is under way when it is closed, and makes no more', async () => {
    const closing = new SharpPreviews(log);
    const under = make(realPng(900, 900), closing);
    await closing.close();
    expect((await under).kind).toBe('unavailable');
    expect(await make(realPng(3, 2), closing)).toEqual({ kind: 'unavailable', reason: 'stopping' });
    expect(closing.running).toBe(false);
  });

  describe('in whose process', () => {
    const broken = (name: string, more = {}) =>
      new SharpPreviews(log, more, new URL(`./testing/${name}.js`, import.meta.url));

    it('the image breaks something: there is none of it, and the next has a new process', async () => {
      const fragile = broken('process-that-dies');
      expect(await make(Buffer.from('poison'), fragile)).toEqual({ kind: 'none', reason: 'unreadable' });
      expect(await make(Buffer.from('harmless'), fragile)).toEqual({ kind: 'made', previews: [] });
      await fragile.close();
    });

    it('nothing comes to an end: it is ended', async () => {
      const slow = broken('process-that-hangs', { timeoutMs: 1_500 });
      expect(await make(Buffer.from('bomb'), slow)).toEqual({ kind: 'none', reason: 'too_slow' });
      expect(slow.running).toBe(false);
      await slow.close();
    });

    it('there is no sharp for this machine: it says so, and starts no other', async () => {
      const without = broken('process-without-sharp');
      expect(await make(realPng(3, 2), without)).toEqual({ kind: 'unavailable', reason: 'not_installed' });
      expect(await make(realPng(3, 2), without)).toEqual({ kind: 'unavailable', reason: 'not_installed' });
      await without.close();
    });
  });
});
