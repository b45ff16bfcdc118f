import { describe, expect, it } from '@jest/globals';
import { mergeData } from './subscriber.js';
import { faultsOfVariables } from './variables.js';

const missing = (name: string, data: Record<string, unknown>, required = true): string[] =>
  faultsOfVariables([{ name, required }], data).map(({ pointer }) => pointer);

describe('The variables that a template requires', () => {
  it.each<[string, Record<string, unknown>]>([
    ['headline', {}],
    ['headline', { headline: null }],
    ['shop.url', { shop: 'x' }],
    ['shop.url', { shop: { url: null } }],
    ['shop.url', { 'shop.url': 'x' }],
    ['toString', {}],
    ['shop.constructor', { shop: {} }],
  ])('are missed: %s of %j', (name, data) => {
    expect(missing(name, data)).toEqual([`/data/${name.replace('.', '/')}`]);
    expect(missing(name, data, false)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['headline', { headline: '' }],
    ['count', { count: 0 }],
    ['shop.url', { shop: { url: 'x' } }],
    ['lines.0', { lines: ['x'] }],
  ])('are there: %s of %j', (name, data) => {
    expect(missing(name, data)).toEqual([]);
  });

  it('are not asked of the campaign where each mail has its own', () => {
    const person = { email: 'a@x.io', name: 'A', locale: 'de', timezone: 'UTC' };
    const own = Object.keys(JSON.parse(mergeData(person, '{"city":"Malmö"}')) as object);
    expect(own).toContain('attributes');
    for (const name of [...own, 'attributes.city', 'unsubscribeUrl', 'assetsUrl']) {
      expect(missing(name, {})).toEqual([]);
    }
  });
});
