import { describe, expect, it } from '@jest/globals';
import { PublicUrl, urlOf } from './public-url.js';

describe('the public URL', () => {
  it('is the configured one, wherever the server listens', () => {
    const url = new PublicUrl('https://mail.example.com');
    url.listening('127.0.0.1', 3000);
    expect(url.value).toBe('https://mail.example.com');
  });

  it('is where the server listens if none is configured, and unknown before it does', () => {
    const url = new PublicUrl(undefined);
    expect(() => url.value).toThrow(/not known before/);
    url.listening('127.0.0.1', 4321);
    expect(url.value).toBe('http://127.0.0.1:4321');
  });

  it('is known before it listens, unless the port is left to the system', () => {
    const host = '127.0.0.1';
    expect(PublicUrl.of({ publicUrl: undefined, host, port: 4321 }).value).toBe('http://127.0.0.1:4321');
    expect(PublicUrl.of({ publicUrl: 'https://x.example', host, port: 0 }).value).toBe('https://x.example');
    expect(PublicUrl.of({ publicUrl: undefined, host, port: 0 }).known).toBe(false);
  });

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://127.0.0.1:80'],
    ['::1', 'http://[::1]:80'],
    ['localhost', 'http://localhost:80'],
  ])('leads people who are told %s to %s', (host, expected) => {
    expect(urlOf(host, 80)).toBe(expected);
  });
});
