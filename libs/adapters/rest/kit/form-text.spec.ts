import { describe, expect, it } from '@jest/globals';
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

  it('refuses a file, a part without a name, and a hundred and one fields', () => {
    const type = 'multipart/form-data; boundary=b';
    const part = (head: string): Buffer => Buffer.from(`--b\r\n${head}\r\n\r\nx\r\n--b--\r\n`);
    expect(() => parseForm(part('Content-Disposition: form-data; name="f"; filename="a.exe"'), type)).toThrow(
      /files/,
    );
    expect(() => parseForm(part('Content-Type: text/plain'), type)).toThrow(/parse/);
    const many = Array.from({ length: 101 }, (_, n) => `f${n}=1`).join('&');
    expect(() => parseForm(Buffer.from(many), URLENCODED)).toThrow(/100/);
  });
});
