import { describe, expect, it } from '@jest/globals';
import { FILES } from '../testing/files.js';
import { isHonest, mediaTypeOf, TELLING_BYTES } from './media-type.js';

const text = (content: string): Buffer => Buffer.from(content);
const letters = (content: string): Buffer => Buffer.from(content, 'latin1');

describe('The media type of a file', () => {
  it.each(Object.entries(FILES))('is %s by its bytes', (mediaType, file) => {
    expect(mediaTypeOf(file)).toBe(mediaType);
  });

  it.each([
    ['a page', text('<!DOCTYPE html><p>')],
    ['a page after space and a mark', text('\ufeff \n<HTML>')],
    ['a picture with scripts', text('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>')],
    ['XML', text('<?xml version="1.0"?><svg/>')],
    ['a comment before a page', text('<!-- hello --><html>')],
    ['a script', text('<script>x()</script>')],
    ['an element of anybody’s', text('<x-y onclick=1>')],
    ['a program for Windows', letters('MZ\x90\0\x03')],
    ['a program for Linux', letters('\x7fELF\x02')],
    ['an old office document', letters('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
    ['film of another kind', letters('\x1aE\xdf\xa3\x01\0\0\0\0\0\0#B\x86\x81\x01\x42\x82\x88matroska')],
    ['a picture of another kind', letters('\0\0\0\x18ftypheic\0\0\0\0')],
    ['text in UTF-16', letters('\xff\xfeh\0i\0')],
    ['text in Latin-1', letters('Gr\xfc\xdfe')],
    ['text with a NUL', text('hello\0')],
  ])('is none that may be attached of %s', (_, file) => {
    expect(mediaTypeOf(file)).toBeUndefined();
  });

  it('is told from the beginning, where a letter may be cut in two', () => {
    const long = text(`${'x'.repeat(TELLING_BYTES - 1)}ü${'\0'.repeat(10)}`);
    expect(mediaTypeOf(long)).toBe('text/plain');
    expect(mediaTypeOf(text('x'.repeat(10)).fill(0xc3, 9))).toBeUndefined();
  });

  it.each([
    ['a.png', 'image/png'],
    ['a.JPG', 'image/jpeg'],
    ['a.md', 'text/plain'],
    ['a', 'application/pdf'],
    ['a.constructor', 'text/plain'],
    ['a.txt.zip', 'application/zip'],
  ] as const)('may be what %s says, %s', (name, mediaType) => {
    expect(isHonest(name, mediaType)).toBe(true);
  });

  it.each([
    ['a.png', 'text/plain'],
    ['a.jpg', 'image/png'],
    ['a.pdf', 'application/zip'],
    ['a.txt', 'image/png'],
    ['a.docx', 'application/zip'],
    ['a.html', 'text/plain'],
    ['a.svg', 'image/png'],
    ['a.exe', 'text/plain'],
    ['a.jar', 'application/zip'],
  ] as const)('is not what %s says, %s', (name, mediaType) => {
    expect(isHonest(name, mediaType)).toBe(false);
  });
});
