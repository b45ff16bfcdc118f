import { describe, expect, it } from '@jest/globals';
import { scrubbing, writable } from './redaction.js';

describe('scrubbing', () => {
  const scrub = scrubbing(['s3cr3t+/=', 'short']);

  it.each([
    ['phk_01arz3ndektsv4rrffq69g5fav_0123456789abcdefghjkmnpqrstvwxyz', '[secret]'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [secret]'],
    ['smtp://user:pa55@127.0.0.1:2525', 'smtp://[secret]@127.0.0.1:2525'],
    ['key s3cr3t+/= end', 'key [secret] end'],
    ['?key=s3cr3t%2B%2F%3D&x', '?key=[secret]&x'],
    ['to Zoë <zoë@bücher.example>', 'to Zoë <[address]>'],
    ['"a+b@example.co.uk"', '"[address]"'],
    [String.raw`{"msg":"to \"canary bird\"@canary.example!"}`, '{"msg":"to [address]"}'],
    [String.raw`{"msg":"to \"canary \\\"bird\\\"\"@canary.example!"}`, '{"msg":"to [address]"}'],
    ['{"scope":"@nestjs"}', '{"scope":"@nestjs"}'],
    [
      'at file:///app/node_modules/@nestjs/core/router.js:1:2',
      'at file:///app/node_modules/@nestjs/core/router.js:1:2',
    ],
    ['a short word', 'a short word'],
  ])('makes of %s: %s', (line, scrubbed) => {
    expect(scrub(line)).toBe(scrubbed);
  });

  it('takes time in proportion to the line, whatever it is made of', () => {
    const hostile = [
      '@'.repeat(50_000),
      'a@'.repeat(25_000),
      String.raw`\"@`.repeat(25_000),
      '://'.repeat(20_000),
      'a'.repeat(100_000),
      'bearer '.repeat(10_000),
    ];
    const started = performance.now();
    for (const line of hostile) scrub(line);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('writable', () => {
  it('keeps plain data, and what an error says, carries and was caused by', () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'ENOSPC' });
    expect(writable({ n: 1, list: [true, null], error })).toEqual({
      n: 1,
      list: [true, null],
      error: {
        name: 'Error',
        message: 'outer',
        stack: expect.stringContaining('redaction.spec'),
        code: 'ENOSPC',
        cause: { name: 'Error', message: 'inner', stack: expect.any(String) },
      },
    });
  });

  it.each([
    'password',
    'Authorization',
    'sessionToken',
    'apiKey',
    'api_key',
    'secretAccessKey',
    'clientSecret',
  ])('writes no value of a field named %s', (name) => {
    expect(writable({ a: { [name]: 'hunter2' } })).toEqual({ a: { [name]: '[secret]' } });
  });

  it('ends where it would go round in circles, and shortens what is endless', () => {
    const circle: Record<string, unknown> = { items: Array.from({ length: 1000 }, (_, n) => n) };
    circle['self'] = circle;
    const text = JSON.stringify(writable(circle));
    expect(text.length).toBeLessThan(5000);
    expect(text).toContain('…');
  });
});
