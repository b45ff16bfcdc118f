import { describe, expect, it } from '@jest/globals';
import { readData } from './read-data.js';
import { UsageTrouble } from './trouble.js';

describe('--data', () => {
  it('takes texts, JSON and parts of objects', () => {
    expect(
      readData(['city=Paris', 'count:=3', 'shop.name=Ink', 'shop.open:=true', 'formula=a=b', 'empty=']),
    ).toEqual({
      city: 'Paris',
      count: 3,
      shop: { name: 'Ink', open: true },
      formula: 'a=b',
      empty: '',
    });
  });

  it('refuses what is no pair, in words that name it', () => {
    for (const wrong of ['city', '=Paris', 'a..b=c', '__proto__.polluted=yes', 'n:=1,5']) {
      expect(() => readData([wrong])).toThrow(UsageTrouble);
    }
    expect(() => readData(['city'])).toThrow('"city" is not like name=value');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
