import { describe, expect, it } from '@jest/globals';
import { serverConfigOf } from './server-config.js';

const uploadsOf = (file: unknown) => serverConfigOf({}, file, '/nowhere').uploads;

describe('What may be attached', () => {
  it('is 25 MiB, and 50 million pixels, unless the operator says otherwise', () => {
    expect(uploadsOf(undefined)).toEqual({ largest: 25 * 2 ** 20, mostPixels: 50_000_000 });
    expect(uploadsOf({ chat: { attachments: { largestBytes: 2048, mostPixels: 100 } } })).toEqual({
      largest: 2048,
      mostPixels: 100,
    });
  });

  it.each([{ largestBytes: 0 }, { largestBytes: '25 MB' }, { mostPixels: 0.5 }, { most: 1 }])(
    'is refused as %j',
    (attachments) => {
      expect(() => uploadsOf({ chat: { attachments } })).toThrow();
    },
  );
});
