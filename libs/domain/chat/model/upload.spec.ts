import { describe, expect, it } from '@jest/globals';
import { FILES, png } from '../testing/files.js';
import { DEFAULT_UPLOAD_LIMITS, fileName, judge } from './upload.js';

describe('The name of a file', () => {
  it.each([
    ['plan.pdf', 'plan.pdf'],
    ['Ünïcode 👍.txt', 'Ünïcode 👍.txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.png', 'a.png'],
    ['..', 'file'],
    ['', 'file'],
    ['.htaccess', 'htaccess'],
    ['a/', 'file'],
    ['a<b>:"|?*.txt', 'a_b______.txt'],
    ['exe.\u202egnp', 'exe.gnp'],
    ['a\ud800.txt', 'a\ufffd.txt'],
    [`${'x'.repeat(300)}.png`, `${'x'.repeat(196)}.png`],
  ])('%j becomes %j', (asked, name) => {
    expect(fileName(asked)).toBe(name);
  });

  it.each(['../x\r\nA: 1', 'a\0.png', 'a\u2028b', 'a\tb', 'a\x85'])('is refused as %j', (asked) => {
    expect(() => fileName(asked)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });
});

describe('A file', () => {
  const code = (name: string, file: Uint8Array): string => {
    try {
      return judge(name, file, DEFAULT_UPLOAD_LIMITS).mediaType;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('is what its bytes say, with its size if it is an image', () => {
    expect(judge('a.png', png(30, 20), DEFAULT_UPLOAD_LIMITS)).toEqual({
      mediaType: 'image/png',
      width: 30,
      height: 20,
    });
    expect(judge('a.pdf', FILES['application/pdf']!, DEFAULT_UPLOAD_LIMITS)).toEqual({
      mediaType: 'application/pdf',
    });
  });

  it('that holds a page or a picture with scripts is refused whatever its name', () => {
    for (const name of ['a.png', 'a.txt', 'a'])
      for (const content of ['<html><script>x()</script>', '<svg onload="x()"/>'])
        expect(code(name, Buffer.from(content))).toBe('unsupported_media_type');
  });

  it('that is not what its name says is refused', () => {
    expect(code('a.png', Buffer.from('hello'))).toBe('unsupported_media_type');
    expect(code('a.html', Buffer.from('hello'))).toBe('unsupported_media_type');
  });

  it('that would be enormous unpacked is refused, and so is one that does not say', () => {
    expect(code('a.png', png(10_000, 5_000))).toBe('image/png');
    expect(code('a.png', png(10_000, 5_001))).toBe('validation_failed');
    expect(code('a.png', png(2 ** 32 - 1, 2 ** 32 - 1))).toBe('validation_failed');
    expect(code('a.png', png().subarray(0, 12))).toBe('unsupported_media_type');
  });
});
