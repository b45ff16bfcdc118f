import { describe, expect, it } from '@jest/globals';
import { describeLogContract } from '#ports/system/log.contract.js';
import { NestLogger } from './nest-logger.js';
import { PinoLog } from './pino-log.js';
import { scrubbing } from './scrub.js';

const logTo = (lines: string[], level = 'debug', secrets: readonly string[] = []): PinoLog =>
  new PinoLog({ level, secrets, write: (line) => lines.push(line) });

describeLogContract('PinoLog', () => {
  const lines: string[] = [];
  return { log: logTo(lines, 'debug', ['c4nary-secret-value']), written: () => lines.join('') };
});

describe('PinoLog', () => {
  it('writes one JSON object a line, with level, time and event', () => {
    const lines: string[] = [];
    logTo(lines).warn('queue.deep', { lane: 'bulk', depth: 7 });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      event: 'queue.deep',
      lane: 'bulk',
      depth: 7,
    });
  });

  it('writes nothing below its level', () => {
    const lines: string[] = [];
    const log = logTo(lines, 'warn');
    log.debug('a');
    log.info('b');
    log.error('c');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['c']);
  });

  it('writes no field that is named like a secret, whatever its value', () => {
    const lines: string[] = [];
    logTo(lines).info('x', {
      password: 'abc',
      headers: { Authorization: 'abc' },
      apiKey: 'abc',
      sessionToken: 'abc',
      keyId: 'key_1',
    });
    expect(lines[0]).not.toContain('abc');
    expect(lines[0]).toContain('key_1');
  });
});

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
      '://'.repeat(20_000),
      'a'.repeat(100_000),
      'bearer '.repeat(10_000),
    ];
    const started = performance.now();
    for (const line of hostile) scrub(line);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('NestLogger', () => {
  it('passes on what Nest says, with who said it', () => {
    const lines: string[] = [];
    const logger = new NestLogger(logTo(lines));
    logger.log('Mapped {/v1/x, GET} route', 'RouterExplorer');
    logger.error('It broke', 'stack', 'ExceptionsHandler');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'debug', event: 'nest.log', context: 'RouterExplorer' }),
      expect.objectContaining({
        level: 'error',
        event: 'nest.error',
        message: 'It broke',
        context: 'ExceptionsHandler',
      }),
    ]);
  });
});
