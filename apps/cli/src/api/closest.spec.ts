import { describe, expect, it } from '@jest/globals';
import { closest } from './closest.js';

const names = ['Newsletter', 'Product update', 'Welcome', 'kunden', 'Kunden 2'];

describe('The name that was meant', () => {
  it.each([
    ['Newslettr', 'Newsletter'],
    ['newsletter', 'Newsletter'],
    ['Prodcut update', 'Product update'],
    ['Welcom', 'Welcome'],
    ['Kunden', 'kunden'],
  ])('by %s is %s', (wanted, meant) => {
    expect(closest(wanted, names)).toBe(meant);
  });

  it.each(['', 'x', 'Announcement', 'Welt', 'N'.repeat(10_000)])('by %s cannot be guessed', (wanted) => {
    expect(closest(wanted, names)).toBeUndefined();
  });
});
