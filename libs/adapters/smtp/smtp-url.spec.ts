import { describe, expect, it } from '@jest/globals';
import { readSmtpUrl } from './smtp-url.js';

describe('an SMTP URL', () => {
  it.each([
    ['smtp://127.0.0.1:2525', { host: '127.0.0.1', port: 2525, secure: false, requireTLS: false }],
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false, requireTLS: false }],
    ['smtps://mail.example.com', { host: 'mail.example.com', port: 465, secure: true, requireTLS: false }],
    ['smtp://[::1]:25', { host: '::1', port: 25, secure: false, requireTLS: false }],
  ])('%s names a server', (url, options) => {
    expect(readSmtpUrl(url)).toEqual({ options, login: undefined });
  });

  it('holds a login, percent-encoded where it must be', () => {
    expect(readSmtpUrl('smtp://us%40example.com:p%2Fs%3As@127.0.0.1').login).toEqual({
      user: 'us@example.com',
      pass: 'p/s:s',
    });
  });

  it('wants TLS before a password goes to another machine, unless told otherwise', () => {
    const requireTls = (url: string) => readSmtpUrl(url).options.requireTLS;
    expect(requireTls('smtp://us:pass@mail.example.com')).toBe(true);
    expect(requireTls('smtp://us:pass@localhost:2525')).toBe(false);
    expect(requireTls('smtp://us:pass@mail.example.com?requireTls=false')).toBe(false);
    expect(requireTls('smtps://us:pass@mail.example.com')).toBe(false);
  });

  it.each(['', 'mail.example.com', 'http://us:s3cret@mail.example.com', 'smtp://', 'smtp://us:s3cret@:25'])(
    'is refused when it is %j, without a word of what is in it',
    (url) => {
      expect(() => readSmtpUrl(url)).toThrow(/^smtp: the URL/);
      expect(() => readSmtpUrl(url)).not.toThrow(/s3cret/);
    },
  );
});
