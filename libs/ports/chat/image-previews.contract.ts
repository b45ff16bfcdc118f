import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { imageSizeOf } from '#domain/chat/model/image-size.js';
import { mediaTypeOf } from '#domain/chat/model/media-type.js';
import { FILES, gif, inChunks, jpeg, png, webp } from '#domain/chat/testing/files.js';
import { bombPng, realPng, wordsChunk } from '#domain/chat/testing/pictures.js';
import type { ImagePreviews, Previewed } from './image-previews.js';

export interface PreviewsUnderTest {
  readonly previews: ImagePreviews;
  /** False: it is there for machines that can make none. */
  readonly makes: boolean;
  close(): Promise<void>;
}

export function describeImagePreviewsContract(name: string, open: () => Promise<PreviewsUnderTest>): void {
  describe(`ImagePreviews: ${name}`, () => {
    let its: PreviewsUnderTest;
    beforeAll(async () => {
      its = await open();
    });
    afterAll(() => its.close());

    const make = (file: Uint8Array, sizes: readonly number[] = [320, 1280]): Promise<Previewed> =>
      its.previews.make(inChunks(file, 50_000), sizes);
    /** Where none can be made all it has to do is say so. */
    const expectMade = (found: Previewed, sizes: readonly (readonly [number, number])[]): void => {
      if (!its.makes) return expect(found).toEqual({ kind: 'unavailable', reason: 'not_installed' });
      expect(found).toMatchObject({
        kind: 'made',
        previews: sizes.map(([width, height]) => ({ width, height })),
      });
      if (found.kind !== 'made') return;
      for (const { bytes, width, height } of found.previews) {
        expect(mediaTypeOf(bytes)).toBe('image/webp');
        expect(imageSizeOf('image/webp', bytes)).toEqual({ width, height });
      }
    };
    const none = (reason: string) =>
      its.makes ? { kind: 'none', reason } : { kind: 'unavailable', reason: 'not_installed' };

    it('makes one of each size, in the proportions of the image', async () => {
      expectMade(await make(realPng(1600, 800)), [
        [320, 160],
        [1280, 640],
      ]);
      expectMade(await make(realPng(200, 640), [320]), [[100, 320]]);
    });

    it('makes none larger than the image is', async () => {
      expectMade(await make(realPng(30, 20)), [
        [30, 20],
        [30, 20],
      ]);
    });

    it('keeps nothing of what else the file held', async () => {
      const found = await make(realPng(30, 20, wordsChunk('shot at home')));
      expectMade(found, [
        [30, 20],
        [30, 20],
      ]);
      const all =
        found.kind === 'made' ? found.previews.map(({ bytes }) => Buffer.from(bytes).toString('latin1')) : [];
      expect(all.join('')).not.toMatch(/shot at home|EXIF|XMP /);
    });

    it.each<[string, Buffer]>([
      ['nothing', Buffer.alloc(0)],
      ['a text', FILES['text/plain']!],
      ['a PDF', FILES['application/pdf']!],
      ['a page', Buffer.from('<!doctype html><script>x()</script>')],
      [
        'an SVG',
        Buffer.from(
          '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
        ),
      ],
      [
        'an SVG that begins as a PNG',
        Buffer.concat([png(), Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')]),
      ],
      ['the beginning of a PNG', realPng(900, 900).subarray(0, 200)],
      ['a PNG of which the end is missing', realPng(900, 900).subarray(0, -400)],
      ['half a JPEG', jpeg()],
      ['half a GIF', gif()],
      ['half a WebP', webp.extended()],
    ])('answers that of %s there is none', async (_, file) => {
      expect(await make(file)).toEqual(none('unreadable'));
    });

    it.each([
      [50_000, 50_000],
      [9_000, 9_000],
    ])('unpacks nothing of %d x %d pixels', async (width, height) => {
      expect(await make(bombPng(width, height))).toEqual(none('too_large'));
    });

    it('makes all of many that are asked for at once', async () => {
      const all = await Promise.all(Array.from({ length: 5 }, (_, i) => make(realPng(40 + i, 20), [32])));
      all.forEach((found) =>
        expectMade(found, [[32, its.makes && found.kind === 'made' ? (found.previews[0]?.height ?? 0) : 0]]),
      );
      expect(new Set(all.map(({ kind }) => kind)).size).toBe(1);
    });

    it('throws what reading the file throws, and makes the next', async () => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        throw new Error('The disk is gone.');
      }
      if (its.makes) await expect(its.previews.make(broken(), [320])).rejects.toThrow('The disk is gone.');
      expectMade(await make(realPng(30, 20), [320]), [[30, 20]]);
    });
  });
}
