import { describe, expect, it } from '@jest/globals';
import type { Log } from './log.js';

export interface LogUnderTest {
  readonly log: Log;
  /** Everything written so far, as text. */
  written(): string;
}

/** Values that must not come out again. `secret` is one that the log was configured to keep to itself. */
const CANARY = { address: 'canary.bird@example.com', secret: 'c4nary-secret-value' };

/** `make` answers a log at level `debug` that knows the secret `c4nary-secret-value`. */
export function describeLogContract(name: string, make: () => LogUnderTest): void {
  describe(`Log: ${name}`, () => {
    it('writes the event and its fields, at every level', () => {
      const { log, written } = make();
      log.debug('test.one', { n: 1 });
      log.info('test.two', { n: 2 });
      log.warn('test.three');
      log.error('test.four', { nested: { n: 4 } });
      for (const event of ['test.one', 'test.two', 'test.three', 'test.four'])
        expect(written()).toContain(event);
    });

    it('writes what an error says, where it came from, and what caused it', () => {
      const { log, written } = make();
      log.error('test.failed', { error: new Error('outer words', { cause: new Error('inner words') }) });
      expect(written()).toContain('outer words');
      expect(written()).toContain('inner words');
      expect(written()).toContain('log.contract');
    });

    it.each([
      ['a field', { to: CANARY.address, key: CANARY.secret }],
      ['a field further in', { a: { b: [{ to: `Ann <${CANARY.address}>` }, `key=${CANARY.secret}`] } }],
      [
        'the message of an error',
        { error: new Error(`550 <${CANARY.address}> rejected, key ${CANARY.secret}`) },
      ],
      [
        'the cause of an error',
        { error: new Error('x', { cause: new Error(`${CANARY.address} ${CANARY.secret}`) }) },
      ],
      [
        'a property of an error',
        { error: Object.assign(new Error('x'), { to: CANARY.address, auth: CANARY.secret }) },
      ],
      ['a URL', { url: `https://user:${CANARY.secret}@host/u?email=${CANARY.address}` }],
      ['the name of a field', { [CANARY.address]: true }],
    ])('keeps addresses and secrets to itself that stand in %s', (_where, fields) => {
      const { log, written } = make();
      log.error('test.canary', fields);
      expect(written()).toContain('test.canary');
      expect(written()).not.toMatch(/canary\.bird|example\.com|c4nary/);
    });

    it.each([
      [
        'a circle',
        () => {
          const circle: Record<string, unknown> = {};
          circle['self'] = circle;
          return circle;
        },
      ],
      ['a big number', () => ({ n: 10n })],
      ['a function and a symbol', () => ({ f: () => {}, s: Symbol('s') })],
      ['something deep', () => ({ a: { b: { c: { d: { e: { f: { g: 1 } } } } } } })],
      ['bytes', () => ({ bytes: new Uint8Array(100_000) })],
      ['nothing', () => ({ a: undefined, b: null })],
    ])('does not throw over %s', (_what, fields) => {
      const { log, written } = make();
      log.info('test.odd', fields());
      expect(written()).toContain('test.odd');
      expect(written().length).toBeLessThan(10_000);
    });
  });
}
