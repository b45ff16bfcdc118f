import { describe, expect, it } from '@jest/globals';
import { cpuOf } from '#test/support/yardstick.js';
import { parseForm } from './form-text.js';

const URLENCODED = 'application/x-www-form-urlencoded';

describe('parseForm', () => {
  it('reads the one-click body of RFC 8058 in either form', () => {
    expect(parseForm(Buffer.from('List-Unsubscribe=One-Click'), URLENCODED)).toEqual({
      'List-Unsubscribe': 'One-Click',
    });
    const multipart = [
      '--------------------------d74496d66958873e',
      'Content-Disposition: form-data; name="List-Unsubscribe"',
      '',
      'One-Click',
      '--------------------------d74496d66958873e--',
      '',
    ].join('\r\n');
    const type = 'multipart/form-data; boundary=------------------------d74496d66958873e';
    expect(parseForm(Buffer.from(multipart), type)).toEqual({ 'List-Unsubscribe': 'One-Click' });
  });

  it('decodes what is encoded', () => {
    expect(parseForm(Buffer.from('name=Zo%C3%AB+Q&empty='), URLENCODED)).toEqual({
      name: 'Zoë Q',
      empty: '',
    });
  });

  it.each(['__proto__=1', 'constructor=1', 'toString=1'])('refuses the field %s', (text) => {
    expect(() => parseForm(Buffer.from(text), URLENCODED)).toThrow(/name/);
  });

  it('refuses a file, a part without a name, and two thousand and one fields', () => {
    const type = 'multipart/form-data; boundary=b';
    const part = (head: string): Buffer => Buffer.from(`--b\r\n${head}\r\n\r\nx\r\n--b--\r\n`);
    expect(() => parseForm(part('Content-Disposition: form-data; name="f"; filename="a.exe"'), type)).toThrow(
      /files/,
    );
    expect(() => parseForm(part('Content-Type: text/plain'), type)).toThrow(/parse/);
    const many = (fields: number): Buffer =>
      Buffer.from(Array.from({ length: fields }, (_, n) => `f${n}=1`).join('&'));
    expect(Object.keys(parseForm(many(2_000), URLENCODED))).toHaveLength(2_000);
    expect(() => parseForm(many(2_001), URLENCODED)).toThrow(/2000/);
    const parts = (fields: number): Buffer =>
      Buffer.from(
        `${Array.from({ length: fields }, (_, n) => `--b\r\ncontent-disposition: form-data; name="f${n}"\r\n\r\n1\r\n`).join('')}--b--\r\n`,
      );
    expect(Object.keys(parseForm(parts(2_000), type))).toHaveLength(2_000);
    expect(() => parseForm(parts(2_001), type)).toThrow(/2000/);
  });

  it('refuses a megabyte of separators in a moment', async () => {
    const parts = Buffer.from('\r\n--b'.repeat(200_000));
    const took = await cpuOf(() => {
      expect(() => parseForm(Buffer.alloc(1_048_576, '&'), URLENCODED)).toThrow(/2000/);
      expect(() => parseForm(parts, 'multipart/form-data; boundary=b')).toThrow(/parse/);
    });
    expect(took).toBeLessThan(25);
  });
});
