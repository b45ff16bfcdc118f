import { describe, expect, it } from '@jest/globals';
import { describeLogContract } from '#ports/system/log.contract.js';
import { HostLog, type HostLogger } from './host-log.js';

function remembering(lines: string[]): HostLogger {
  const write = (level: string) => (message: unknown) => lines.push(`${level}: ${String(message)}`);
  return { log: write('log'), warn: write('warn'), error: write('error'), debug: write('debug') };
}

describeLogContract('HostLog', () => {
  const lines: string[] = [];
  return {
    log: new HostLog(remembering(lines), ['c4nary-secret-value']),
    written: () => lines.join('\n'),
  };
});

describe('the log of the application we are part of', () => {
  it('gets one line a message, at the level that Nest has for it', () => {
    const lines: string[] = [];
    const log = new HostLog(remembering(lines));
    log.debug('a.b');
    log.info('a.c', { n: 1 });
    log.warn('a.d');
    log.error('a.e', { to: 'ada@example.com' });
    expect(lines).toEqual(['debug: a.b', 'log: a.c {"n":1}', 'warn: a.d', 'error: a.e {"to":"[address]"}']);
  });

  it('may have no level for what is only for debugging, and may fail', () => {
    const fail = (): never => {
      throw new Error('The disk of the logs is full.');
    };
    const log = new HostLog({ log: fail, warn: fail, error: fail });
    expect(() => {
      log.debug('a.b');
      log.error('a.c');
    }).not.toThrow();
  });
});
