import { describe, expect, it } from '@jest/globals';
import { describeLogContract } from '#ports/system/log.contract.js';
import { NestLogger } from './nest-logger.js';
import { PinoLog } from './pino-log.js';

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

  it('leaves what the application throws as well to whoever hears it thrown', () => {
    const lines: string[] = [];
    new NestLogger(logTo(lines)).error('Error: listen EADDRINUSE', 'NestApplication');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'debug', event: 'nest.error' }),
    ]);
  });
});
