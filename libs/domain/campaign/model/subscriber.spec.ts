import { describe, expect, it } from '@jest/globals';
import { Refusal } from '#domain/kernel/refusal.js';
import {
  ATTRIBUTES_LIMIT,
  checkAttributes,
  faultsOfAttributes,
  isLocale,
  mergeData,
  mergedAttributes,
} from './subscriber.js';

describe('Attributes', () => {
  it('may be whatever JSON can say', () => {
    const attributes = {
      city: 'Malmö',
      age: 41,
      vip: true,
      none: null,
      tags: ['a', { b: 1 }],
      'with space': '',
      ünï: '✓',
    };
    expect(faultsOfAttributes(attributes)).toEqual([]);
    expect(() => checkAttributes(attributes)).not.toThrow();
    expect(() => checkAttributes(undefined)).not.toThrow();
  });

  it.each(['__proto__', 'constructor', 'prototype', '', 'n'.repeat(129)])('are not called %j', (name) => {
    const attributes = JSON.parse(JSON.stringify({ fine: 1 }).replace('fine', name)) as Record<
      string,
      unknown
    >;
    expect(faultsOfAttributes(attributes)).toMatchObject([
      { pointer: '/attributes', code: 'invalid_attribute' },
    ]);
    expect(() => checkAttributes(attributes)).toThrow(Refusal);
  });

  it('take so many characters and not one more', () => {
    const rest = JSON.stringify({ a: '' }).length;
    expect(faultsOfAttributes({ a: 'x'.repeat(ATTRIBUTES_LIMIT - rest) })).toEqual([]);
    expect(faultsOfAttributes({ a: 'x'.repeat(ATTRIBUTES_LIMIT - rest + 1) })).toMatchObject([
      { code: 'too_large' },
    ]);
  });

  it('are merged key by key: what is said of a key replaces all that was known of it', () => {
    const known = { a: 1, b: { c: 1, d: 2 }, e: 'stays' };
    expect(mergedAttributes(known, { a: null, b: { c: 3 }, f: 'new' })).toEqual({
      a: null,
      b: { c: 3 },
      e: 'stays',
      f: 'new',
    });
    expect(mergedAttributes(known, undefined)).toEqual(known);
    expect(known).toEqual({ a: 1, b: { c: 1, d: 2 }, e: 'stays' });
  });
});

describe('The variables of a mail', () => {
  it('are what templates name, what is unknown left out', () => {
    const attributes = { city: 'Malmö', tags: ['a'] };
    const person = { email: 'anna@example.com', name: 'Anna "A" </script>', locale: 'sv', timezone: 'UTC' };
    expect(JSON.parse(mergeData(person, JSON.stringify(attributes)))).toEqual({ ...person, attributes });
    expect(mergeData({ email: 'anna@example.com' }, '{}')).toBe(
      '{"email":"anna@example.com","attributes":{}}',
    );
    expect(mergeData({ email: 'a@example.com', name: undefined }, '{}')).toBe(
      '{"email":"a@example.com","attributes":{}}',
    );
  });
});

describe('A locale', () => {
  it.each(['de', 'pt-BR', 'zh-Hant-TW', 'gsw', 'sl-rozaj-biske'])('may be %s', (text) => {
    expect(isLocale(text)).toBe(true);
  });

  it.each(['', 'd', 'deutsch', 'de_DE', 'de-', 'de\n', 'de-DE; rm', `de${'-abcdefgh'.repeat(4)}`])(
    'is not %j',
    (text) => {
      expect(isLocale(text)).toBe(false);
    },
  );
});
