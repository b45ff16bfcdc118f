import { describe, expect, it } from '@jest/globals';
import { isWelcome } from './origin-check.js';

describe('a page that connects', () => {
  const allowed = ['https://app.example.com', 'http://localhost:5173'];

  it.each([
    ['https://posthorn.example', 'posthorn.example', true],
    ['https://POSTHORN.example', 'posthorn.EXAMPLE', true],
    ['https://posthorn.example', 'posthorn.example:443', true],
    ['http://127.0.0.1:3000', '127.0.0.1:3000', true],
    ['http://[::1]:3000', '[::1]:3000', true],
    ['http://127.0.0.1:3001', '127.0.0.1:3000', false],
    ['https://evil.example', 'posthorn.example', false],
    ['https://posthorn.example.evil.example', 'posthorn.example', false],
    ['https://posthorn.example@evil.example', 'posthorn.example', false],
    ['https://app.example.com', 'posthorn.example', true],
    ['http://localhost:5173', 'posthorn.example', true],
    ['http://app.example.com', 'posthorn.example', false],
    ['https://sub.app.example.com', 'posthorn.example', false],
    ['null', 'null', false],
    ['', '', false],
    ['file://', '', false],
    ['chrome-extension://abc', 'abc', false],
  ])('from %j to %j: %s', (origin, host, welcome) => {
    expect(isWelcome({ origin, host }, allowed)).toBe(welcome);
  });

  it('needs a host to be of the same one', () => {
    expect(isWelcome({ origin: 'https://posthorn.example' }, [])).toBe(false);
    expect(isWelcome({}, [])).toBe(true);
  });
});
