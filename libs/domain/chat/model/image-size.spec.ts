import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { gif, jpeg, png, webp } from '../testing/files.js';
import type { MediaType } from './media-type.js';
import { IMAGE_HEADER_BYTES, imageSizeOf } from './image-size.js';

const READ: readonly (readonly [MediaType, (width: number, height: number) => Buffer, number])[] = [
  ['image/png', png, 2 ** 31 - 1],
  ['image/gif', gif, 65_535],
  ['image/jpeg', jpeg, 65_535],
  ['image/webp', webp.extended, 2 ** 24],
  ['image/webp', webp.lossless, 2 ** 14],
  ['image/webp', webp.lossy, 2 ** 14 - 1],
];

describe('The size of an image', () => {
  it.each(READ)('is read from the header of %s', (mediaType, make, most) => {
    expect(imageSizeOf(mediaType, make(640, 480))).toEqual({ width: 640, height: 480 });
    expect(imageSizeOf(mediaType, make(1, most))).toEqual({ width: 1, height: most });
  });

  it('is found behind what a camera puts before it', () => {
    const photo = jpeg(4000, 3000, IMAGE_HEADER_BYTES - 1000);
    expect(imageSizeOf('image/jpeg', photo)).toEqual({ width: 4000, height: 3000 });
  });

  it.each(READ)('is unreadable of %s that ends too early', (mediaType, make) => {
    for (const length of [0, 3, 9]) {
      expect(imageSizeOf(mediaType, make(640, 480).subarray(0, length))).toBe('unreadable');
    }
  });

  it('is unreadable of one that says it is empty', () => {
    expect(imageSizeOf('image/png', png(0, 5))).toBe('unreadable');
    expect(imageSizeOf('image/jpeg', jpeg(5, 0))).toBe('unreadable');
  });

  it('is none of what is no image', () => {
    expect(imageSizeOf('application/pdf', png())).toBeUndefined();
  });

  it('is read or unreadable, whatever follows a good beginning', () => {
    const beginnings = READ.map(([mediaType, make]) => ({ mediaType, file: make(3, 2) }));
    fc.assert(
      fc.property(
        fc.constantFrom(...beginnings),
        fc.nat(20),
        fc.uint8Array(),
        ({ mediaType, file }, keep, rest) => {
          const size = imageSizeOf(mediaType, Buffer.concat([file.subarray(0, keep), rest]));
          if (size === 'unreadable' || size === undefined) return expect(size).toBe('unreadable');
          expect(size.width * size.height).toBeGreaterThan(0);
        },
      ),
    );
  });
});
